"""How strictly a policy is enforced in one place: what is most specific counts."""

from collections.abc import Mapping
from typing import Any

import pytest

from guidance.policies.enforcing import Local, Where, level_in
from guidance.policies.policy import Enforcement
from tests.plugins.world import Person, World
from tests.policies.scenes import changed
from tests.security.scenes import REQUESTS, manifest

ADVISORY, SOFT, HARD = Enforcement
HERE = Where("sandbox", "payments-prod", "payments", "prod")
PRECEDENCE = [
    Local(HARD, environment="prod"),
    Local(HARD, team="payments"),
    Local(HARD, namespace="payments-prod"),
    Local(HARD, namespace="payments-prod", cluster="sandbox"),
]
ELSEWHERE = [
    Local(HARD, environment="dev"),
    Local(HARD, team="search"),
    Local(HARD, namespace="payments-dev"),
    Local(HARD, namespace="payments-prod", cluster="other"),
]
SLUG = "run-as-non-root"


@pytest.mark.parametrize("number", range(4))
def test_the_more_specific_counts_in_whatever_order_they_stand(number: int) -> None:
    stronger = PRECEDENCE[number]
    weaker = [Local(SOFT, one.environment, one.team, one.namespace, one.cluster) for one in PRECEDENCE[:number]]

    assert level_in(HERE, ADVISORY, [stronger, *weaker]) == HARD
    assert level_in(HERE, ADVISORY, [*weaker, stronger]) == HARD


@pytest.mark.parametrize("other", ELSEWHERE, ids=lambda local: local.place)
def test_what_is_said_of_other_places_does_not_count(other: Local) -> None:
    assert level_in(HERE, ADVISORY, [other]) == ADVISORY


@pytest.mark.parametrize("local", [*PRECEDENCE, *ELSEWHERE], ids=lambda local: local.place)
def test_it_comes_back_from_the_database_as_it_was_stored(local: Local) -> None:
    assert Local.of(local.as_json()) == local


def test_a_place_that_nobody_has_told_of_has_the_level_of_everywhere() -> None:
    assert level_in(Where("sandbox", "unknown"), SOFT, PRECEDENCE) == SOFT


def ask(who: Person, namespace: str) -> tuple[int, dict[str, str]]:
    """The answer to a Deployment whose container may run as root, and the level of each policy that objects."""
    target = {"cluster": "sandbox", "namespace": namespace, "name": "web"}
    parameters = {"manifest": manifest(securityContext={})}
    answer = who.client.post(REQUESTS, {"action": "deployment.apply", "target": target, "parameters": parameters})
    found = answer.json()
    return answer.status_code, {finding["policy"]: finding["enforcement"] for finding in found["findings"]}


ADVISORY_FOR_PAYMENTS = {"team": "payments", "level": "advisory"}


@pytest.mark.parametrize(
    ("enforcement_in", "dev", "prod"),
    [
        ([{"environment": "dev", "level": "advisory"}], (202, ADVISORY), (422, SOFT)),
        ([ADVISORY_FOR_PAYMENTS, {"environment": "prod", "level": "hard-mandatory"}], (202, ADVISORY), (202, ADVISORY)),
        ([ADVISORY_FOR_PAYMENTS, {"namespace": "payments-prod", "level": "hard-mandatory"}], (202, ADVISORY), (422, HARD)),
        ([{"team": "search", "level": "advisory"}], (422, SOFT), (422, SOFT)),
    ],
)  # fmt: skip
def test_a_submission_is_judged_by_the_level_of_its_place(
    world: World, alice: Person, enforcement_in: list[Mapping[str, Any]], dev: tuple[int, str], prod: tuple[int, str]
) -> None:
    assert ask(alice, "payments-dev") == (422, {SLUG: SOFT})

    changed(world, SLUG, "dave", enforcement_in=enforcement_in)

    for namespace, (status, level) in {"payments-dev": dev, "payments-prod": prod}.items():
        assert ask(alice, namespace) == (status, {SLUG: level})
