"""Case 15: what is meant to exhaust the server costs it little, and is told what is wrong.

JSON itself is in tests/api/test_strict_json.py; YAML is read from nobody but who installs the product.
"""

import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from autonomy.boundaries import any_matches
from autonomy.models import ActionRequest, Boundary
from autonomy.rulebook import CONDITION_VARIABLES, compiled
from guidance.expressions import cel
from tests.plugins.world import Person, World
from tests.security.scenes import REQUESTS, manifest

QUICK_SECONDS = 5.0
"""Far more than any of it takes on a busy machine, far less than what a bomb would take."""


def quickly(what: Any) -> Any:
    begun = time.process_time()
    result = what()
    assert time.process_time() - begun < QUICK_SECONDS
    return result


def apply(containers: list[dict[str, Any]]) -> dict[str, Any]:
    body = manifest()
    body["spec"]["template"]["spec"]["containers"] = containers
    target = {"cluster": "sandbox", "namespace": "payments-dev", "name": "web"}
    return {"action": "deployment.apply", "target": target, "parameters": {"manifest": body}}


@pytest.mark.parametrize("count", [140, 1000, 8000])
def test_a_manifest_of_many_faults_is_judged_quickly(world: World, alice: Person, count: int) -> None:
    body = apply([{"name": f"c{number}", "image": "x:latest"} for number in range(count)])

    answer = quickly(lambda: alice.client.post(REQUESTS, body))

    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/policy-failed")


def test_a_manifest_that_is_nested_without_end_is_refused(world: World, alice: Person) -> None:
    deep: Any = "x"
    for _ in range(60):
        deep = {"a": deep}

    answer = quickly(lambda: alice.client.post(REQUESTS, apply([{"name": "web", "env": deep}])))

    assert answer.status_code in {400, 422}
    assert not ActionRequest.objects.filter(status="queued").exists()


@pytest.mark.parametrize(
    "condition",
    [
        pytest.param("'" + "a" * 900 + "'.matches('(a+)+$b')", id="a regular expression"),
        pytest.param("parameters.x.matches('(a|aa)+$')", id="a regular expression on a parameter"),
        pytest.param("[1,2,3,4,5,6,7,8,9].all(a, " * 7 + "true" + ")" * 7, id="loops in loops"),
        pytest.param("'x'.replace('', 'y').matches('" + "(" * 100 + "')", id="a broken expression"),
        pytest.param("1 / 0 == 1", id="a division by nothing"),
        pytest.param("parameters.nothing.there == 1", id="what is not there"),
        pytest.param("'text'", id="no verdict"),
        pytest.param("'%.99999f'.format([1.5]) == ''", id="a format"),
    ],
)
def test_a_hostile_condition_ends_quickly_and_never_opens(condition: str) -> None:
    """Whoever approved it overlooked something: where it restricts it counts as met unless it says that it is not."""
    row = Boundary(slug="hostile", level=3, condition=condition, reason="x")
    rule = compiled(row)
    assert rule.condition is not None
    variables = {"action": "x", "target": {"name": "x"}, "parameters": {"x": "a" * 5000 + "b"}}

    verdict = quickly(lambda: rule.condition(variables))

    assert verdict is True or "matches" in condition


@pytest.mark.parametrize(
    "condition",
    [
        "(" * 900 + "true" + ")" * 900, "[" * 900 + "]" * 900 + " == []", "target" + ".a" * 900 + " == 1", "+".join(["1"] * 990) + " > 0",
        "true" + " ? true : true" * 120, "cel.bind(a, 'x', " * 100 + "true" + ")" * 100, "{1:" * 600 + "1" + "}" * 600 + " == {}",
        "true\0", "\ud800" , "__import__('os')", "unknown.variable", "'x'.nothing()", "",
    ],
)  # fmt: skip
def test_an_expression_that_cannot_be_compiled_is_refused_quickly(condition: str) -> None:
    def refused() -> bool:
        try:
            cel.compile(condition, CONDITION_VARIABLES)
        except cel.ExpressionError:
            return True
        return False

    assert quickly(refused)


def test_a_hostile_condition_is_a_400(world: World, alice: Person) -> None:
    body = {"action": "boundary.set", "target": {"name": "x"}, "parameters": {"level": 1, "condition": "(" * 900 + "true" + ")" * 900}}

    answer = alice.client.post(REQUESTS, body)

    problem = answer.json()
    assert (answer.status_code, problem["type"], problem["pointer"]) == (400, "/problems/bad-parameters", "/parameters/condition")
    assert ActionRequest.objects.count() == 0


def test_a_pattern_is_matched_quickly() -> None:
    hostile = ["*a" * 39 + "b", "*" * 80, "[" * 80, "[!" * 40, "?*" * 40, "(a+)+$", "[a-" * 26]

    assert quickly(lambda: any_matches(hostile, "a" * 253)) is True
    assert quickly(lambda: any_matches(hostile[:1], "a" * 253)) is False


@pytest.mark.parametrize("quantity", ["1" * 5000, "9" * 300 + "Ei", "1e" + "9" * 300, "+" * 5000, "1\n", "\u0661Gi ", ""])
def test_a_quantity_is_matched_quickly(world: World, alice: Person, quantity: str) -> None:
    target = {"cluster": "sandbox", "namespace": "payments-dev", "name": "compute"}
    body = {"action": "quota.set", "target": target, "parameters": {"hard": {"pods": quantity}}}

    answer = quickly(lambda: alice.client.post(REQUESTS, body))

    assert answer.status_code in {202, 400}  # how large a quantity may be the cluster says


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def near(*likely: object) -> st.SearchStrategy[object]:
    return st.sampled_from(likely) | JSON


ACTIONS = (
    "deployment.restart",
    "deployment.scale",
    "deployment.apply",
    "quota.set",
    "networkpolicy.apply",
    "boundary.set",
    "approval-rule.set",
)
TARGETS = st.fixed_dictionaries(
    {},
    optional={
        "cluster": near("sandbox", ""), "namespace": near("payments-dev", "platform-system", "nowhere", ""), "name": near("api", "web"),
        "kind": near("Deployment", ""),
    },
)  # fmt: skip
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "replicas": near(3, 0), "manifest": near(manifest()), "hard": near({"pods": "3"}), "level": near(1, 2, 3), "reason": near("x"),
        "condition": near("true", "1 +"), "actions": near(["deployment.*"]), "needs": near({"security": 1}), "remove": near(True),
    },
)  # fmt: skip
OVERRIDES = st.fixed_dictionaries(
    {},
    optional={
        "policies": near(["run-as-non-root"], []), "reason": near("x"),
        "until": near("2099-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "now", 10**20, -1),
    },
)  # fmt: skip
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "action": near(*ACTIONS), "target": TARGETS | JSON, "parameters": PARAMETERS | JSON, "reason": near("x"),
        "dry_run": near(True, False), "override": OVERRIDES | JSON,
    },
)  # fmt: skip


@examples(max_examples=120, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(body=BODIES | JSON)
def test_whatever_is_submitted_is_answered(committed_world: World, body: object) -> None:
    answer = committed_world["alice"].client.post(REQUESTS, body if isinstance(body, dict | list) else [body])

    assert answer.status_code in {202, 400, 403, 422}, answer.content
    if answer.status_code != 202:
        assert answer["Content-Type"] == "application/problem+json"


@examples(max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=200) | st.text(max_size=100).map(str.encode), cursor=st.text(max_size=40))
def test_whatever_bytes_are_sent_they_are_answered(world: World, raw: bytes, cursor: str) -> None:
    client = world["alice"].client

    assert client.post(REQUESTS, raw).status_code == 400
    assert client.get(REQUESTS, {"cursor": cursor}).status_code in {200, 400}
