"""Who can tell an update from a creation, and what is said where nobody knows which of both it is."""

from dataclasses import replace

import pytest

from guidance.judging import results
from guidance.judging.compiled import CompiledPolicy, compile_policy
from guidance.judging.evaluation import evaluate
from guidance.judging.results import Outcome
from guidance.judging.together import WORTH_IT, minds_former
from guidance.policies.binding import Beside, Binding, Context
from guidance.policies.load import MAIN_PACK, load_pack
from guidance.policies.matching import LEAVING_AN_OBJECT, MatchConstraints
from tests.guidance.conftest import Write
from tests.guidance.manifests import container, deployment, pod_spec, workload

UNKNOWN = Context(no_former="it could not be had: busy")
POD = workload("Pod", pod_spec(containers=[container()]))


def on(policy: CompiledPolicy, *operations: str, **constraints: object) -> CompiledPolicy:
    """The same, about these operations and with these selectors."""
    spec = policy.policy.spec
    made = spec.match_constraints.model_dump(by_alias=True) | constraints
    for rule in made["resourceRules"]:
        rule["operations"] = operations or LEAVING_AN_OBJECT
    narrowed = replace(spec, match_constraints=MatchConstraints.model_validate(made))
    return compile_policy(replace(policy.policy, spec=narrowed))


def bound(policy: CompiledPolicy, **resources: object) -> CompiledPolicy:
    spec = {"policyName": "tested", "matchResources": resources}
    kind = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding"}
    binding = Binding.model_validate({**kind, "metadata": {"name": "bound"}, "spec": spec})
    return compile_policy(replace(policy.policy, beside=Beside((binding,))))


@pytest.mark.parametrize(
    ("expression", "minds"),
    [
        ("object.metadata.name != 'oldObjects'", False),
        ("oldObject == null", True),
        ("request.operation == 'CREATE'", True),
        ("request.?operation.orValue('') == 'CREATE'", True),
        ("request['operation'] == 'CREATE'", True),
        ("[request].all(r, r.operation == 'CREATE')", True),
        ("request.options.kind == 'CreateOptions'", True),
        ("request.namespace != 'shop'", False),
        ("object.metadata.name != 'request'", False),
        ("object.metadata.?annotations[?'operation'].orValue('') == ''", False),
    ],
)
def test_expressions_tell_whether_they_can(write: Write, expression: str, minds: bool) -> None:
    assert minds_former([write(f'validations: [{{expression: "{expression}"}}]')], POD) is minds


@pytest.mark.parametrize(
    "spec",
    [
        "matchConditions: [{name: new, expression: oldObject == null}]\nvalidations: [{expression: 'true'}]",
        "variables: [{name: all, expression: request}]\nvalidations: [{expression: \"variables.all.operation == 'CREATE'\"}]",
        "validations: [{expression: 'false', messageExpression: \"'on ' + request.operation\"}]",
        "validations: [{expression: 'true'}]\nauditAnnotations: [{key: was, valueExpression: string(oldObject)}]",
    ],
)
def test_so_do_conditions_variables_messages_and_annotations(write: Write, spec: str) -> None:
    assert minds_former([write(spec)], POD)


@pytest.mark.parametrize(
    ("operations", "minds"), [(["CREATE"], True), (["UPDATE"], True), (["CREATE", "UPDATE"], False), (["*"], False), (["DELETE"], False)]
)
def test_so_do_rules_of_a_policy_and_of_its_bindings(write: Write, operations: list[str], minds: bool) -> None:
    policy = write("validations: [{expression: 'true'}]")
    rules = [{"apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"], "operations": operations}]

    assert minds_former([on(policy, *operations)], POD) is minds
    assert minds_former([bound(policy, resourceRules=rules)], POD) is minds
    assert minds_former([bound(policy, excludeResourceRules=rules)], POD) is minds


def test_so_do_selectors_of_objects(write: Write) -> None:
    policy = write("validations: [{expression: 'true'}]")
    selector = {"matchLabels": {"env": "prod"}}

    assert minds_former([on(policy, objectSelector=selector)], POD)
    assert minds_former([bound(policy, objectSelector=selector)], POD)
    assert not minds_former([on(policy, namespaceSelector=selector)], POD)


def test_only_policies_about_the_kind_count(write: Write) -> None:
    pods = write("validations: [{expression: oldObject == null}]")
    deployments = write("validations: [{expression: oldObject == null}]", group="apps", resources="deployments")

    assert [minds_former([policy], deployment()) for policy in (pods, deployments)] == [False, True]
    assert not minds_former([deployments], {"kind": ["no kind"]})


def test_of_those_that_ship_the_policies_about_what_changes_mind() -> None:
    """The default pack needs no look into the cluster."""
    packs = (MAIN_PACK.parent / pack for pack in ("main", "network", "best-practices"))
    minding = {pack.name: {one.name for one in load_pack(pack) if compile_policy(one).minds_former} for pack in packs}

    assert minding == {
        "main": set(), "best-practices": set(), "network": {"default-deny-stays", "no-allow-all-egress", "no-allow-all-ingress"}
    }  # fmt: skip


@pytest.mark.parametrize("expression", ["oldObject == null || true", "true"])
@pytest.mark.parametrize("operation", LEAVING_AN_OBJECT)
def test_where_nobody_knows_policies_that_mind_cannot_judge(write: Write, operation: str, expression: str) -> None:
    policy = on(write(f"validations: [{{expression: '{expression}'}}]", group="apps", resources="deployments"), operation)
    calm = write("validations: [{expression: 'true'}]", name="calm", group="apps", resources="deployments")

    for _ in range(WORTH_IT + 1):  # alone, and all together
        (finding,) = evaluate([calm, policy], deployment(), context=UNKNOWN).findings
        told = results.judge([calm, policy], deployment(), context=UNKNOWN).results

    assert finding.message == (
        "The policy tested could not judge this manifest: it judges by what the object is now, but it could not be had: busy. "
        "Nobody is to blame for that; it counts as violated as long as it is so (failurePolicy: Fail)."
    )
    assert [(one.policy, one.outcome) for one in told] == [("calm", Outcome.PASS), ("tested", Outcome.ERROR)]


def test_but_not_where_they_would_not_be_asked(write: Write) -> None:
    policy = write("validations: [{expression: oldObject == null}]")
    selector = {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}
    elsewhere = [on(policy, namespaceSelector=selector), bound(policy, namespaceSelector=selector)]

    assert [len(evaluate([one], POD, namespace="shop", context=UNKNOWN).findings) for one in elsewhere] == [1, 1]
    assert [evaluate([one], POD, namespace="cart", context=UNKNOWN).findings for one in elsewhere] == [(), ()]
    assert [results.judge([one], POD, namespace="cart", context=UNKNOWN).results for one in elsewhere] == [(), ()]


def test_a_label_may_have_been_there(write: Write) -> None:
    policy = on(write("validations: [{expression: 'false'}]"), objectSelector={"matchLabels": {"env": "prod"}})

    assert evaluate([policy], POD).findings == ()
    assert [finding.fault is None for finding in evaluate([policy], POD, context=UNKNOWN).findings] == [False]


def test_pods_of_a_workload_are_judged_all_the_same(write: Write) -> None:
    policy = write("validations: [{expression: oldObject != null, message: It is new.}]")

    assert [finding.message for finding in evaluate([policy], deployment(), context=UNKNOWN).findings] == ["It is new."]


def test_what_is_mended_keeps_what_could_not_be_judged(write: Write) -> None:
    minding = on(write("validations: [{expression: 'true'}]", name="minding", group="apps", resources="deployments"), "UPDATE")
    mendable = write(
        "validations: [{expression: object.spec.?replicas.orValue(1) == 2, path: /spec/replicas, fix: [{set: /spec/replicas, value: 2}]}]",
        group="apps",
        resources="deployments",
    )

    found = evaluate([minding, mendable], deployment(), context=UNKNOWN)

    assert [(finding.policy, finding.fix is not None) for finding in found.findings] == [("minding", False), ("tested", True)]
    assert found.mended is not None
