"""What is told of a policy before a cluster refuses it is what a real API server (1.34) refuses."""

import json
from collections.abc import Iterator

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from guidance.judging.compiled import compile_policy
from guidance.judging.takeable import refusals
from guidance.policies import vap
from guidance.policies.load import PACKS, load_policy, policy_files
from guidance.policies.packs import names
from tests.guidance.conftest import Write

POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All"
RULE = "validations: [{expression: '%s'}]"
MESSAGE = "validations: [{expression: 'true', messageExpression: '%s'}]"
NOTE = "auditAnnotations: [{key: note, valueExpression: '%s'}]"
CONDITION = "matchConditions: [{name: one, expression: '%s'}]\nvalidations: [{expression: 'true'}]"
VARIABLE = "variables: [{name: one, expression: '%s'}]\nvalidations: [{expression: variables.one == 1}]"
EACH = "validations: [{each: containers, expression: '%s'}]"
NAMED = "matchConditions: [{name: %s, expression: 'true'}]\nvalidations: [{expression: 'true'}]"
TWICE = "matchConditions: [{name: one, expression: 'true'}, {name: %s, expression: 'true'}]\nvalidations: [{expression: 'true'}]"
NOTES = "auditAnnotations: [{key: one, valueExpression: 'null'}, {key: %s, valueExpression: 'null'}]"
TAKEN = [
    (NAMED, "a.b/c_D.1"), (NAMED, "One"), (TWICE, "two"), (NOTES, "two"), (RULE, "object.a[\"b.c\"] == \"`\""),
    (RULE, "object.a == object.b"), (RULE, "object.a && true"), (RULE, "object.a ? object.b == 1 : true"),
    (RULE, "object.l.map(x, true)[0]"),
    (RULE, "object.a[?0].orValue(true)"), (RULE, "object.?a.hasValue()"), (RULE, "!object.?a.orValue(false)"), (RULE, "request.dryRun"),
    (RULE, "[1].first().hasValue()"), (RULE, "[1].sum() == 1"), (MESSAGE, '"is " + object.a'), (MESSAGE, "string(object.a)"),
    (MESSAGE, "request.name"), (MESSAGE, "namespaceObject.metadata.name"), (NOTE, '"is " + object.a'), (NOTE, "null"),
    (CONDITION, 'object.a == "b"'), (EACH, "container.tty"),
]  # fmt: skip
REFUSED = [
    (NAMED, "a b"), (NAMED, "A.b/c"), (NAMED, "-a"), (TWICE, "one"), (NOTES, "one"), (RULE, "object.a.`b.c` == 1"),
    (RULE, "object.?`a`.hasValue()"),
    (RULE, "object.a"), (RULE, "object.?a.orValue(true)"), (RULE, "object.a ? true : object.b"), (RULE, "object.l.map(x, x)[0]"),
    (RULE, "optional.of(true).orValue(object.a)"), (MESSAGE, "object.data.reason"), (MESSAGE, "object.a + object.b"),
    (MESSAGE, 'object.?a.orValue("x")'), (NOTE, "object.a"), (CONDITION, "object.?a.orValue(false)"),
    (RULE, "cel.bind(x, object.a, x == 1)"),
    (RULE, "math.greatest(1, 2) == 2"), (RULE, 'base64.encode(b"x") == "x"'), (RULE, "[1, 2].slice(0, 1) == [1]"),
    (RULE, "[[1]].flatten() == [1]"),
    (RULE, "[2, 1].sort() == [1, 2]"), (RULE, "[1].sortBy(x, -x) == [1]"), (RULE, "[1].reverse() == [1]"), (RULE, "[1].distinct() == [1]"),
    (RULE, "lists.range(1) == [0]"), (VARIABLE, "[1].distinct()[0]"), (EACH, "container.args.sort() == container.args"),
]  # fmt: skip


@pytest.fixture(scope="module")
def admin(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


@pytest.mark.parametrize(("form", "expression", "taken"), [(*case, True) for case in TAKEN] + [(*case, False) for case in REFUSED])
def test_what_is_told_is_what_an_api_server_says(admin: httpx.Client, write: Write, form: str, expression: str, taken: bool) -> None:
    policy = write(form % expression)

    answer = admin.post(POLICIES, json=vap.manifest(policy.policy.spec, policy.name))

    assert (answer.is_success, list(refusals(policy)) == []) == (taken, taken), answer.text


@pytest.mark.parametrize("key", ["apiGroups", "apiVersions", "operations", "resources"])
@pytest.mark.parametrize("values", [["*"], ["*", "CREATE"]])
def test_everything_is_alone_in_a_list(admin: httpx.Client, write: Write, key: str, values: list[str]) -> None:
    lists = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"], key: values}
    policy = write("validations: [{expression: 'true'}]", more_constraints=f"excludeResourceRules: [{json.dumps(lists)}]")

    answer = admin.post(POLICIES, json=vap.manifest(policy.policy.spec, policy.name))

    assert (answer.is_success, [told.message for told in refusals(policy)]) == (
        (True, []) if len(values) == 1 else (False, ["a cluster takes '*' only alone"])
    )


def test_where_and_what_to_do_is_told(write: Write) -> None:
    (message,) = refusals(write("validations:\n- expression: 'true'\n  messageExpression: object.data.reason"))
    (rule,) = refusals(write("validations: [{expression: object.spec.hostPID}]"))
    (function,) = refusals(write(RULE % "lists . range(1) == [0]"))

    assert (message.file, message.line, message.message) == (
        "tested.yaml",
        21,
        "a cluster takes only STRING here, told from the expression alone, and this may give anything: write string(…) around it",
    )
    assert rule.message.endswith("this may give anything: compare it, as in (…) == true")
    assert function.message == "a cluster takes lists.range in new policies from Kubernetes 1.35 on"


def test_a_cluster_takes_what_ships() -> None:
    policies = [compile_policy(load_policy(file)) for name in names() for file in policy_files(PACKS / name)]

    assert [problem for policy in policies for problem in refusals(policy)] == []
