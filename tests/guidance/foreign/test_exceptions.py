"""Kyverno's PolicyException: judged all the same, and skipped with the reason."""

from datetime import UTC, datetime

import pytest

from guidance.foreign.exceptions import exempted
from tests.guidance.foreign.conftest import Judge, Read, Told
from tests.guidance.foreign.test_kyverno import POLICY
from tests.guidance.manifests import pod_spec, workload

EXCEPTION = """\
apiVersion: policies.kyverno.io/v1
kind: PolicyException
metadata: {name: agents, namespace: platform}
spec:
  policyRefs: [{name: own-network, kind: ValidatingPolicy}]
  matchConditions:
  - {name: agents, expression: "object.metadata.name.startsWith('agent-')"}
"""
HOSTED = pod_spec(hostNetwork=True)


def named(name: str, kind: str = "DaemonSet") -> dict[str, object]:
    return workload(kind, HOSTED) | {"metadata": {"name": name}}


def test_what_it_is_about_is_skipped_and_nothing_else(read: Read, outcomes: Judge) -> None:
    found = read(EXCEPTION, POLICY)

    assert outcomes(found, named("agent-logs")) == {"own-network": "skip"}
    assert outcomes(found, named("api")) == {"own-network": "fail"}
    assert exempted(found.exceptions, named("agent-logs")) == {"own-network": "The PolicyException agents lets it pass."}


def test_its_conditions_are_about_the_object_as_it_is_sent(read: Read, outcomes: Judge) -> None:
    by_kind = EXCEPTION.replace("object.metadata.name.startsWith('agent-')", "object.kind == 'DaemonSet'")
    found = read(POLICY, by_kind)

    assert outcomes(found, named("api")) == {"own-network": "skip"}
    assert outcomes(found, named("api", "Pod")) == {"own-network": "fail"}


def test_all_conditions_must_hold_and_none_means_always(read: Read, outcomes: Judge) -> None:
    two = EXCEPTION + "  - {name: here, expression: \"request.namespace == 'platform'\"}\n"
    always = EXCEPTION.partition("  matchConditions")[0]

    assert outcomes(read(POLICY, two), named("agent-logs")) == {"own-network": "fail"}
    assert outcomes(read(POLICY, two), named("agent-logs"), namespace="platform") == {"own-network": "skip"}
    assert outcomes(read(POLICY, always), named("api")) == {"own-network": "skip"}


def test_a_condition_that_fails_lets_nothing_pass(read: Read, outcomes: Judge) -> None:
    broken = EXCEPTION.replace("object.metadata.name.startsWith('agent-')", "object.metadata.labels.tool == 'x'")

    assert outcomes(read(POLICY, broken), named("agent-logs")) == {"own-network": "fail"}


def test_it_ends_at_its_end(read: Read) -> None:
    found = read(POLICY, EXCEPTION + "  expiresAt: 2027-01-31T00:00:00Z\n")

    before, after = datetime(2027, 1, 30, tzinfo=UTC), datetime(2027, 2, 1, tzinfo=UTC)
    assert exempted(found.exceptions, named("agent-logs"), now=before) == {"own-network": "The PolicyException agents lets it pass."}
    assert exempted(found.exceptions, named("agent-logs"), now=after) == {}


@pytest.mark.parametrize("kind", ["NamespacedValidatingPolicy", "ImageValidatingPolicy"])
def test_it_is_about_policies_of_the_kind_that_it_names(read: Read, outcomes: Judge, kind: str) -> None:
    found = read(POLICY, EXCEPTION.replace("kind: ValidatingPolicy}", f"kind: {kind}}}"))

    assert outcomes(found, named("agent-logs")) == {"own-network": "fail"}
    assert [str(note) for note in found.notes] == ["policies.yaml:21:15: none of its policies is here, so this exception lets nothing pass"]


def test_one_exception_may_be_about_several_policies(read: Read, outcomes: Judge) -> None:
    namespaced = POLICY.replace("kind: Val", "kind: NamespacedVal").replace("{name:", "{namespace: shop, name:", 1)
    both = EXCEPTION.replace("[{name", "[{name: own-network, kind: NamespacedValidatingPolicy}, {name")

    assert outcomes(read(POLICY, namespaced, both), named("agent-logs")) == {"own-network": "skip", "shop.own-network": "skip"}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "  matchC",
            "  images: ['a.example/*']\n  matchC",
            "22:11: a PolicyException with images cannot be judged here: say in matchConditions which objects may pass",
        ),
        (
            "  matchC",
            "  allowedValues: [x]\n  matchC",
            "22:18: a PolicyException with allowedValues cannot be judged here: say in matchConditions which objects may pass",
        ),
        ("  matchC", "  expiresAt: soon\n  matchC", "22:14: expiresAt: 'soon' is no moment: write it as 2027-01-31T00:00:00Z"),
        ("  matchC", "  expiresAt: 2027-01-31\n  matchC", "22:14: expiresAt: '2027-01-31' is no moment: write it as 2027-01-31T00:00:00Z"),
        (
            "object.metadata",
            "objec.metadata",
            "23:47: the expression does not compile: undeclared reference to 'objec.metadata.name' (in container '')",
        ),
        ("object.metadata.name.startsWith('agent-')", "1", "23:32: the expression gives INT, but it must give BOOL"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(told: Told, old: str, new: str, problem: str) -> None:
    assert told(POLICY, EXCEPTION.replace(old, new)) == [problem]
