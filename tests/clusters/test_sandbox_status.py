"""The sandbox's Deployments tell when their rollout has last come further, as real ones do."""

from typing import Any

from clusters.objects import Object
from clusters.sandbox.deployment_status import Situation, status_of
from clusters.sandbox.rolling import Counts, Room

LONG_AGO = "2026-11-23T10:00:00Z"
ROOM = Room(wanted=3, surge=1, unavailable=0)


def status(before: Object, counts: Counts, **more: Any) -> Object:
    deployment = {"metadata": {"generation": 1}, "status": before}
    return status_of(deployment, Situation(counts, ROOM, **more), replica_set="api-1")


def long_ago(counts: Counts, **more: Any) -> Object:
    """A status whose conditions are all old."""
    made = status({}, counts, **more)
    old = {"lastUpdateTime": LONG_AGO, "lastTransitionTime": LONG_AGO}
    return {**made, "conditions": [{**condition, **old} for condition in made["conditions"]]}


def times(told: Object, kind: str) -> tuple[bool, bool]:
    """Whether its lastUpdateTime and its lastTransitionTime are those of before."""
    (condition,) = (condition for condition in told["conditions"] if condition["type"] == kind)
    return condition["lastUpdateTime"] == LONG_AGO, condition["lastTransitionTime"] == LONG_AGO


def test_what_has_not_moved_keeps_its_times() -> None:
    counts = Counts(new=1, new_ready=0, old_ready=3, old_unready=0)

    assert times(status(long_ago(counts), counts), "Progressing") == (True, True)


def test_every_step_forward_is_an_update_and_no_transition() -> None:
    before = long_ago(Counts(new=1, new_ready=0, old_ready=3, old_unready=0))

    for further in (Counts(2, 0, 3, 0), Counts(1, 1, 3, 0), Counts(1, 0, 2, 0)):
        assert times(status(before, further), "Progressing") == (False, True), further


def test_a_step_back_is_no_update() -> None:
    before = long_ago(Counts(new=1, new_ready=1, old_ready=3, old_unready=0))

    assert times(status(before, Counts(1, 0, 3, 0)), "Progressing") == (True, True)


def test_a_refusal_goes_on_since_its_beginning() -> None:
    counts = Counts(new=1, new_ready=1, old_ready=0, old_unready=0)

    assert times(status(long_ago(counts, failure="exceeded quota"), counts, failure="exceeded quota"), "ReplicaFailure") == (True, True)
