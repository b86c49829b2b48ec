"""How a policy is judged: ValidatingAdmissionPolicy's semantics, elements, variables, and policies that break."""

from collections.abc import Sequence

import pytest

from guidance.expressions import cel
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import evaluate
from guidance.policies import vap
from tests.guidance.conftest import Write
from tests.guidance.manifests import Manifest, container, deployment, pod_spec, workload

BROKEN = """
validations:
- expression: object.spec.nothing == 1
"""


def messages(policies: Sequence[CompiledPolicy], manifest: Manifest, *, namespace: str = "", old: Manifest | None = None) -> list[str]:
    return [finding.message for finding in evaluate(policies, manifest, namespace=namespace, old=old).findings]


def test_without_a_message_the_expression_itself_is_told(write: Write) -> None:
    policy = write("validations: [{expression: '  object.metadata.name == \"web\"  '}]")

    (finding,) = evaluate([policy], workload("Pod", pod_spec())).findings

    assert finding.message == 'failed expression: object.metadata.name == "web"'
    assert (finding.path, finding.current, finding.expected, finding.fix) == ("", None, None, None)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ('"Pod " + object.metadata.name', "Pod api"),
        ("object.metadata.missing", "the message"),
        ('"two\\nlines"', "the message"),
        ('"  "', "the message"),
    ],
)
def test_the_message_expression_goes_first_when_it_gives_one_line(write: Write, expression: str, told: str) -> None:
    policy = write(f"""
        validations:
        - expression: "false"
          message: the message
          messageExpression: '{expression}'
    """)

    assert messages([policy], workload("Pod", pod_spec())) == [told]


def test_variables_are_lazy_and_see_those_before_them(write: Write) -> None:
    policy = write("""
        variables:
        - {name: broken, expression: object.nothing}
        - {name: names, expression: "object.spec.containers.map(c, c.name)"}
        - {name: first, expression: "variables.names[0]"}
        validations:
        - expression: variables.first == "other" || false && variables.broken
          messageExpression: '"It is " + variables.first'
    """)

    assert messages([policy], workload("Pod", pod_spec())) == ["It is web"]
    assert messages([policy], workload("Pod", {"containers": [container(name="other")]})) == []


def test_a_variable_is_always_there_whatever_its_value(write: Write) -> None:
    policy = write("""
        variables: [{name: closed, expression: "false"}, {name: open, expression: "true"}, {name: count, expression: "1"}]
        validations:
        - {expression: "!has(variables.closed) || !has( variables . open )", message: both are there}
        - {expression: "has(variables.count) && '%s'.format(['has(variables.closed)']) != 'has(variables.closed)'", message: text stays}
    """)

    assert messages([policy], workload("Pod", pod_spec())) == ["both are there", "text stays"]


def test_has_of_a_variable_that_fails_fails(write: Write) -> None:
    policy = write("""
        variables: [{name: broken, expression: object.nothing}]
        validations: [{expression: has(variables.broken)}]
    """)

    (told,) = messages([policy], workload("Pod", pod_spec()))

    assert 'could not judge this manifest: variable broken: Key not found in map : "nothing".' in told


@pytest.mark.parametrize(
    "body",
    [
        "validations: [{expression: 'true'}]\nmatchConditions: [{name: a, expression: 'true'}, {name: b, expression: object.nothing}]",
        "validations: [{expression: 'true'}]\nauditAnnotations: [{key: a, valueExpression: 'null'}, {key: b, valueExpression: object.b}]",
        "validations:\n- expression: 'true'\n- expression: object.nothing",
    ],
)
def test_what_fails_is_told_with_its_place_in_the_policy(write: Write, body: str) -> None:
    policy = write(body)

    (finding,) = evaluate([policy], workload("Pod", pod_spec())).findings

    assert finding.fault is not None
    assert policy.policy.text.splitlines()[finding.fault.line - 1][finding.fault.column - 1 :].startswith(("object.nothing", "object.b"))


def test_a_variable_that_fails_breaks_only_what_reads_it(write: Write) -> None:
    policy = write("""
        variables: [{name: broken, expression: object.nothing}]
        validations:
        - {expression: variables.broken == 1}
        - {expression: "false", message: still judged}
    """)

    broken, judged = messages([policy], workload("Pod", pod_spec()))

    assert 'could not judge this manifest: variable broken: Key not found in map : "nothing".' in broken
    assert judged == "still judged"


def test_a_variable_that_fails_by_another_one_tells_the_reason_of_that_one(write: Write) -> None:
    policy = write("""
        variables:
        - {name: text, expression: object.metadata.name}
        - {name: number, expression: int(variables.text)}
        - {name: few, expression: variables.number < 3}
        validations: [{expression: variables.few}]
    """)

    (told,) = messages([policy], workload("Pod", pod_spec()))

    assert "could not judge this manifest: variable few: variable number: type conversion error" in told


def test_conditions_decide_whether_a_policy_is_asked_at_all(write: Write) -> None:
    policy = write("""
        matchConditions:
        - {name: broken, expression: object.nothing}
        - {name: not-system, expression: request.namespace != "kube-system"}
        validations: [{expression: "false", message: asked}]
    """)

    assert messages([policy], workload("Pod", pod_spec()), namespace="kube-system") == []
    (told,) = messages([policy], workload("Pod", pod_spec()), namespace="payments-dev")
    assert "could not judge this manifest" in told


def test_the_old_object_is_seen(write: Write) -> None:
    policy = write("""
        validations:
        - expression: oldObject == null || object.spec.containers.size() >= oldObject.spec.containers.size()
          messageExpression: '"A container is gone on " + request.operation'
    """)
    one, two = (workload("Pod", {"containers": [container(name=name) for name in names]}) for names in ("a", "ab"))

    assert messages([policy], one) == []
    assert messages([policy], one, old=two) == ["A container is gone on UPDATE"]


def test_pods_of_a_workload_are_created_whatever_happens_to_it(write: Write) -> None:
    """An update of a workload replaces no pod by another: it makes new ones."""
    policy = write("""
        validations:
        - expression: "false"
          messageExpression: 'request.operation + " of a pod" + (oldObject == null ? "" : " that was there")'
    """)

    assert messages([policy], deployment(), old=deployment()) == ["CREATE of a pod"]


def test_elements_of_nested_lists_are_judged_one_by_one(write: Write) -> None:
    policy = write("""
        validations:
        - each: {as: port, in: [/spec/containers/*/ports]}
          expression: port.containerPort > 1024
          messageExpression: '"Port " + string(port.containerPort)'
          path: /containerPort
          fix: [{set: /containerPort, valueExpression: port.containerPort + 8000}]
    """)
    manifest = workload("Pod", {"containers": [container(ports=[{"containerPort": 8080}, {"containerPort": 80}]), container(name="side")]})

    evaluation = evaluate([policy], manifest)

    (finding,) = evaluation.findings
    assert (finding.message, finding.path, finding.container) == ("Port 80", "/spec/containers/0/ports/1/containerPort", "web")
    assert finding.fix == [{"op": "replace", "path": "/spec/containers/0/ports/1/containerPort", "value": 8080}]


def test_one_element_that_cannot_be_judged_does_not_hide_the_others(write: Write) -> None:
    policy = write("""
        validations:
        - each: containers
          expression: container.env.size() == 0
          message: It has variables
    """)
    manifest = workload("Pod", {"containers": [container(env=[{"name": "A"}]), container(name="side")]})

    violated, broken = evaluate([policy], manifest).findings

    assert (violated.message, violated.container) == ("It has variables", "web")
    assert (broken.path, broken.container) == ("/spec/containers/1", "side")
    assert broken.message.startswith("The policy tested could not judge this manifest")


def test_a_broken_policy_is_not_the_developers_fault(write: Write) -> None:
    (finding,) = evaluate([write(BROKEN, enforcement="soft-mandatory")], workload("Pod", pod_spec())).findings

    assert finding.message == (
        'The policy tested could not judge this manifest: Key not found in map : "nothing". That is a fault of the policy, not of the '
        "manifest: tell its owners, the group security; it counts as violated until they mend it (failurePolicy: Fail)."
    )
    assert finding.enforcement.value == "soft-mandatory"
    assert (finding.current, finding.expected, finding.fix) == (None, None, None)


def test_a_broken_policy_that_is_to_be_ignored_refuses_nothing(write: Write) -> None:
    evaluation = evaluate([write(BROKEN, failure_policy="Ignore")], workload("Pod", pod_spec()))

    assert evaluation.refused_by() == ()
    assert [finding.enforcement.value for finding in evaluation.findings] == ["advisory"]
    assert evaluation.findings[0].message.endswith("it is ignored until they mend it (failurePolicy: Ignore).")


def test_a_policy_about_workloads_themselves_sees_them_as_they_are(write: Write) -> None:
    policy = write(
        "validations: [{expression: object.spec.replicas > 1, message: alone, path: /spec/replicas}]", group="apps", resources="deployments"
    )
    manifest = deployment()
    manifest["spec"]["replicas"] = 1

    (finding,) = evaluate([policy], manifest).findings

    assert (finding.path, finding.current) == ("/spec/replicas", 1)
    assert messages([policy], workload("StatefulSet", pod_spec())) == []


def test_an_object_selector_reads_the_labels_of_the_pods_that_are_made(write: Write) -> None:
    policy = write("validations: [{expression: 'false', message: asked}]", more_constraints="objectSelector: {matchLabels: {tier: web}}")
    manifest = deployment()

    assert messages([policy], manifest) == []
    manifest["spec"]["template"]["metadata"] = {"labels": {"tier": "web"}}
    assert messages([policy], manifest) == ["asked"]


@pytest.mark.parametrize("manifest", [deployment(), workload("Pod", {"containers": [container(name="a"), container(name="bad")]})])
def test_the_expression_for_a_cluster_says_the_same(write: Write, manifest: Manifest) -> None:
    policy = write("""
        validations:
        - each: containers
          expression: container.name != "bad" // comment
    """)
    pod = manifest if manifest["kind"] == "Pod" else manifest["spec"]["template"]
    plain = vap.expression(policy.policy.spec.validations[0])

    assert cel.compile(plain, ["object"]).holds({"object": pod}) is (evaluate([policy], manifest).findings == ())
    assert plain.startswith("object.?spec.?containers.orValue([]).all(container, container.name != ")
