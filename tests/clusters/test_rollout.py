"""The rule that tells how a rollout goes, apart from any cluster."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clusters.objects import Object
from clusters.rollout import HOPELESS, Rollout, judge, newest_pods, template_digest

COUNTS = st.integers(0, 5)


def deployment(**given: Any) -> Object:
    """A Deployment of generation 2, observed, with 3 wanted replicas; what is given else is its status."""
    generation, observed, wanted, image = (
        given.pop(name, default) for name, default in (("generation", 2), ("observed", 2), ("wanted", 3), ("image", "api:1"))
    )
    return {
        "metadata": {"name": "api", "uid": "d-1", "generation": generation, "annotations": {"deployment.kubernetes.io/revision": "2"}},
        "spec": {"replicas": wanted, "template": {"spec": {"containers": [{"name": "api", "image": image}]}}},
        "status": {"observedGeneration": observed, **given},
    }


def pod(**status: Any) -> Object:
    return {"metadata": {"name": "api-1"}, "status": status}


def waiting(reason: str, message: str = "") -> Object:
    return pod(containerStatuses=[{"name": "api", "state": {"waiting": {"reason": reason, "message": message}}}])


OVERDUE = {"conditions": [{"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"}]}
REFUSED = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
COMPLETE = {"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ({"observed": 1, **COMPLETE}, "progressing", "NotObserved"),
        (OVERDUE | COMPLETE, "failed", "ProgressDeadlineExceeded"),
        ({"updatedReplicas": 2, "replicas": 3, "availableReplicas": 3}, "progressing", "Updating"),
        ({"updatedReplicas": 3, "replicas": 4, "availableReplicas": 4}, "progressing", "OldReplicas"),
        ({"updatedReplicas": 3, "replicas": 3, "availableReplicas": 2}, "progressing", "Unavailable"),
        ({"updatedReplicas": 1, "conditions": [REFUSED]}, "progressing", "FailedCreate"),
        (COMPLETE, "succeeded", "Complete"),
    ],
)
def test_the_rule_of_kubectl_in_its_order(status: dict[str, Any], state: str, reason: str) -> None:
    told = judge(deployment(**status), 2)

    assert (told.state, told.reason) == (state, reason)


@pytest.mark.parametrize("reason", sorted(HOPELESS))
def test_a_pod_without_hope_fails_the_rollout_at_once_with_its_own_reason(reason: str) -> None:
    told = judge(deployment(updatedReplicas=1, replicas=4), 2, [pod(), waiting(reason, "no such image")])

    assert told == Rollout("failed", reason, "Pod api-1, container api: no such image")


def test_an_init_container_counts_too() -> None:
    stuck = pod(initContainerStatuses=[{"name": "migrate", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}])

    assert judge(deployment(), 2, [stuck]) == Rollout("failed", "CrashLoopBackOff", "Pod api-1, container migrate: CrashLoopBackOff")


def test_a_pod_for_which_there_is_no_node_fails_the_rollout() -> None:
    condition = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/2 nodes are available"}

    assert judge(deployment(), 2, [pod(conditions=[condition])]) == Rollout("failed", "Unschedulable", "Pod api-1: 0/2 nodes are available")


@pytest.mark.parametrize("reason", ["ContainerCreating", "PodInitializing"])
def test_a_pod_that_is_on_its_way_does_not_fail_anything(reason: str) -> None:
    assert judge(deployment(), 2, [waiting(reason)]).state == "progressing"


def test_a_pod_that_is_going_away_does_not_count() -> None:
    going = waiting("CrashLoopBackOff")
    going["metadata"]["deletionTimestamp"] = "2026-11-23T10:00:00Z"

    assert judge(deployment(), 2, [going]).state == "progressing"


def test_a_missed_deadline_is_told_with_the_true_reason() -> None:
    overdue = deployment(**OVERDUE)
    refused_too = deployment(conditions=[*OVERDUE["conditions"], REFUSED])

    assert judge(overdue, 2, [waiting("ImagePullBackOff")]).reason == "ImagePullBackOff"
    assert judge(refused_too, 2) == Rollout("failed", "FailedCreate", "exceeded quota")


START = datetime(2026, 11, 23, 10, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def refused(*, moved: float = 0, **status: Any) -> Object:
    """A third pod is refused since START; the rollout has last come further `moved` seconds after it."""
    progressing = {"type": "Progressing", "status": "True", "reason": "ReplicaSetUpdated", "lastUpdateTime": f"{after(moved):%FT%TZ}"}
    failure = {**REFUSED, "lastTransitionTime": f"{START:%FT%TZ}"}
    counts = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
    return deployment(conditions=[progressing, failure], **counts | status)


def gives_up(one: Object) -> int:
    """After how many seconds it is taken for failed."""
    return next(seconds for seconds in range(10_000) if judge(one, 2, now=after(seconds)).state == "failed")


def test_a_refusal_that_lasts_fails_the_rollout_with_the_true_reason() -> None:
    assert judge(refused(), 2, now=after(64)) == Rollout("progressing", "FailedCreate", "exceeded quota")
    assert judge(refused(), 2, now=after(65)) == Rollout("failed", "FailedCreate", "exceeded quota")
    assert judge(refused(), 2).state == "progressing"


@pytest.mark.parametrize(
    ("moved", "grace", "seconds"),
    [(0, 30, 65), (-300, 30, 65), (0, 0, 5), (0, 120, 245), (10, 30, 85), (100, 30, 265)],
    ids=["at once", "moved before", "no grace", "long grace", "moved since", "moved much later"],
)
def test_old_pods_have_time_to_go_and_the_replica_set_to_try_again(moved: float, grace: int, seconds: int) -> None:
    one = refused(moved=moved)
    one["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] = grace

    assert gives_up(one) == seconds


def test_a_refusal_does_not_last_while_a_pod_is_on_its_way() -> None:
    """When it is available, old ones go and make room."""
    one = refused(replicas=4, updatedReplicas=1, availableReplicas=3)

    assert judge(one, 2, now=after(3600)).state == "progressing"


def test_nothing_was_let_in_at_all() -> None:
    assert judge(refused(replicas=0, updatedReplicas=0, availableReplicas=0), 2, now=after(65)).reason == "FailedCreate"


def test_a_refusal_of_what_is_not_needed_for_this_rollout_is_none() -> None:
    """An old ReplicaSet's failure can outlast it."""
    assert judge(refused(**COMPLETE), 2, now=after(3600)).state == "succeeded"


def test_a_failure_to_delete_is_no_refusal() -> None:
    one = refused()
    one["status"]["conditions"][1]["reason"] = "FailedDelete"

    assert judge(one, 2, now=after(3600)).state == "progressing"


def test_who_asks_for_no_progress_deadline_is_given_none() -> None:
    """Kubernetes tells of no progress then, so nobody can know when something has moved."""
    one = refused()
    del one["status"]["conditions"][0]

    assert judge(one, 2, now=after(3600)).state == "progressing"


def test_another_template_supersedes_and_another_scale_does_not() -> None:
    written = template_digest(deployment(image="api:1"))

    assert judge(deployment(generation=3, observed=2, image="api:2"), 2, template=written).state == "superseded"
    assert judge(deployment(generation=3, observed=3, image="api:1", **COMPLETE), 2, template=written).state == "succeeded"


def test_only_the_pods_of_the_current_revision_are_judged() -> None:
    def owned(uid: str, owner: str, revision: str = "") -> Object:
        annotations = {"deployment.kubernetes.io/revision": revision}
        return {"metadata": {"uid": uid, "annotations": annotations, "ownerReferences": [{"uid": owner, "controller": True}]}}

    sets = [owned("rs-1", "d-1", "1"), owned("rs-2", "d-1", "2"), owned("rs-other", "d-other", "2")]
    pods = [owned("p-1", "rs-1"), owned("p-2", "rs-2"), owned("p-3", "rs-other"), {"metadata": {"uid": "p-4"}}]

    assert [one["metadata"]["uid"] for one in newest_pods(deployment(), sets, pods)] == ["p-2"]


@settings(deadline=None)
@given(wanted=COUNTS, updated=COUNTS, replicas=COUNTS, available=COUNTS, observed=st.integers(1, 3))
def test_success_is_told_only_when_every_wanted_replica_is_new_and_available(
    wanted: int, updated: int, replicas: int, available: int, observed: int
) -> None:
    status = {"updatedReplicas": updated, "replicas": replicas, "availableReplicas": available}
    told = judge(deployment(wanted=wanted, observed=observed, **status), 2)

    done = observed >= 2 and wanted <= updated == replicas <= available
    assert (told.state == "succeeded") == done
