"""Rollouts as they really go, judged by `clusters.rollout`."""

from datetime import UTC, datetime, timedelta

from clusters.gateway import Gateway
from clusters.objects import Object, Ref
from clusters.rollout import Rollout, judge, newest_pods, template_digest
from tests.clusters.manifests import MISSING_IMAGE, container, deployment, quota
from tests.controlplane.polling import until

LATER = timedelta(minutes=5)
"""Long enough for any refusal to last, too short for a progress deadline."""


def rollout(gateway: Gateway, written: Object, *, in_: timedelta = timedelta()) -> Rollout:
    """What has become of a write, or would have if nothing moved for so long."""
    namespace, now = written["metadata"]["namespace"], datetime.now(UTC) + in_
    live = gateway.get(Ref.of(written))
    pods = newest_pods(live, gateway.list("ReplicaSet", namespace).items, gateway.list("Pod", namespace).items)
    return judge(live, written["metadata"]["generation"], pods, template=template_digest(written), now=now)


def ended(gateway: Gateway, written: Object) -> Rollout:
    return until(lambda: one if (one := rollout(gateway, written)).state != "progressing" else None)  # type: ignore[return-value]


def test_a_first_rollout_succeeds(worker: Gateway, namespace: str) -> None:
    written = worker.apply(deployment("api", namespace, replicas=3)).object

    assert ended(worker, written) == Rollout("succeeded", "Complete", "3 of 3 replicas are updated and available.")
    assert worker.get(Ref.of(written))["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "1"}


def test_a_new_image_replaces_all_pods(worker: Gateway, namespace: str) -> None:
    first = worker.apply(deployment("api", namespace, replicas=3)).object
    ended(worker, first)

    second = worker.apply(deployment("api", namespace, container(image="registry.example/api:2"), replicas=3)).object

    assert rollout(worker, first).state == "superseded"
    assert ended(worker, second).state == "succeeded"
    until(lambda: images(worker, namespace) == ["registry.example/api:2"] * 3)
    sets = worker.list("ReplicaSet", namespace).items
    assert sorted(item["spec"]["replicas"] for item in sets) == [0, 3]


def test_an_earlier_template_gets_its_replica_set_back_as_a_new_revision(worker: Gateway, namespace: str) -> None:
    for image in ("registry.example/api:1", "registry.example/api:2", "registry.example/api:1"):
        written = worker.apply(deployment("api", namespace, container(image=image))).object
        ended(worker, written)

    assert worker.get(Ref.of(written))["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "3"}
    assert len(worker.list("ReplicaSet", namespace).items) == 2


def test_an_image_that_cannot_be_pulled_fails_early_and_the_old_pods_stay(worker: Gateway, namespace: str) -> None:
    ended(worker, worker.apply(deployment("api", namespace, replicas=2)).object)

    written = worker.apply(deployment("api", namespace, container(image=MISSING_IMAGE), replicas=2)).object
    failed = ended(worker, written)

    assert failed.state == "failed"
    assert failed.reason in {"ErrImagePull", "ImagePullBackOff"}
    assert worker.get(Ref.of(written))["status"]["availableReplicas"] == 2


def test_a_rollout_that_misses_its_deadline_says_so(worker: Gateway, namespace: str) -> None:
    manifest = deployment("api", namespace, container(image=MISSING_IMAGE))
    manifest["spec"]["progressDeadlineSeconds"] = 1

    written = worker.apply(manifest).object

    until(lambda: "ProgressDeadlineExceeded" in reasons(worker.get(Ref.of(written))))
    assert judge(worker.get(Ref.of(written)), 1).reason == "ProgressDeadlineExceeded"


def with_room_for(admin: Gateway, namespace: str, pods: int) -> None:
    """A quota that is in force."""
    ref = Ref.of(admin.apply(quota("compute", namespace, pods=str(pods))).object)
    until(lambda: admin.get(ref).get("status", {}).get("hard"))


def rolling(name: str, namespace: str, *, replicas: int, surge: int, unavailable: int, image: str = "registry.example/api:1") -> Object:
    manifest = deployment(name, namespace, container(image=image), replicas=replicas)
    manifest["spec"]["strategy"] = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
    return manifest


def test_pods_that_a_quota_never_lets_in_fail_the_rollout_with_its_words(admin: Gateway, worker: Gateway, namespace: str) -> None:
    with_room_for(admin, namespace, 1)
    written = worker.apply(deployment("api", namespace, replicas=2)).object

    until(lambda: shown(worker, written) == {"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1})
    told = until(lambda: one if (one := rollout(worker, written, in_=LATER)).state == "failed" else None)

    assert rollout(worker, written).state == "progressing", "it may be let in yet"
    assert told.reason == "FailedCreate"
    assert "is forbidden: exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1" in told.detail
    assert conditions(worker, written) == {"Available": "False", "Progressing": "True", "ReplicaFailure": "True"}


def test_a_rolling_update_that_has_no_room_to_begin_fails_and_the_old_pods_stay(admin: Gateway, worker: Gateway, namespace: str) -> None:
    with_room_for(admin, namespace, 2)
    ended(worker, worker.apply(rolling("api", namespace, replicas=2, surge=1, unavailable=0)).object)

    written = worker.apply(rolling("api", namespace, replicas=2, surge=1, unavailable=0, image="registry.example/api:2")).object
    told = until(lambda: one if (one := rollout(worker, written, in_=LATER)).state == "failed" else None)

    assert (told.reason, rollout(worker, written).state) == ("FailedCreate", "progressing")
    assert shown(worker, written) == {"replicas": 2, "readyReplicas": 2, "availableReplicas": 2}
    assert conditions(worker, written) == {"Available": "True", "Progressing": "True", "ReplicaFailure": "True"}


def test_a_rolling_update_that_makes_its_own_room_is_never_taken_for_failed(admin: Gateway, worker: Gateway, namespace: str) -> None:
    with_room_for(admin, namespace, 4)
    ended(worker, worker.apply(rolling("api", namespace, replicas=4, surge=1, unavailable=1)).object)

    written = worker.apply(rolling("api", namespace, replicas=4, surge=1, unavailable=1, image="registry.example/api:2")).object

    assert ended(worker, written).state == "succeeded"


def test_pods_are_let_in_once_there_is_room_and_the_refusal_is_forgotten(admin: Gateway, worker: Gateway, namespace: str) -> None:
    with_room_for(admin, namespace, 1)
    written = worker.apply(deployment("api", namespace, replicas=2)).object
    until(lambda: "ReplicaFailure" in conditions(worker, written))

    with_room_for(admin, namespace, 2)

    assert ended(worker, written).state == "succeeded"
    assert "ReplicaFailure" not in conditions(worker, written)


def test_a_restart_is_a_new_rollout_of_the_same_containers(worker: Gateway, namespace: str) -> None:
    first = worker.apply(deployment("api", namespace)).object
    ended(worker, first)
    (before,) = names(worker, namespace)

    stamp = {"kubectl.kubernetes.io/restartedAt": "2026-11-23T10:00:00Z"}
    patch: Object = {"spec": {"template": {"metadata": {"annotations": stamp}}}}
    written = worker.merge_patch(Ref.of(first), patch).object
    assert ended(worker, written).state == "succeeded"
    until(lambda: len(names(worker, namespace)) == 1)
    (after,) = names(worker, namespace)
    again = worker.merge_patch(Ref.of(first), patch).object

    assert before != after
    assert again["metadata"]["generation"] == written["metadata"]["generation"] == 2


def test_a_later_scale_does_not_supersede(worker: Gateway, namespace: str) -> None:
    written = worker.apply(deployment("api", namespace)).object

    worker.scale(Ref.of(written), 2)

    assert ended(worker, written) == Rollout("succeeded", "Complete", "2 of 2 replicas are updated and available.")


def test_a_paused_deployment_does_not_roll_out(worker: Gateway, namespace: str) -> None:
    first = worker.apply(deployment("api", namespace)).object
    ended(worker, first)
    worker.merge_patch(Ref.of(first), {"spec": {"paused": True}})

    patch: Object = {"spec": {"template": {"metadata": {"annotations": {"restart": "1"}}}}}
    written = worker.merge_patch(Ref.of(first), patch).object

    until(lambda: worker.get(Ref.of(first))["status"]["observedGeneration"] == written["metadata"]["generation"])
    assert rollout(worker, written).state == "progressing"
    assert len(worker.list("ReplicaSet", namespace).items) == 1


def shown(gateway: Gateway, written: Object) -> dict[str, int]:
    """What its status counts, but for what is lacking."""
    status = gateway.get(Ref.of(written)).get("status", {})
    return {key: status[key] for key in ("replicas", "updatedReplicas", "readyReplicas", "availableReplicas") if key in status}


def conditions(gateway: Gateway, written: Object) -> dict[str, str]:
    return {one["type"]: one["status"] for one in gateway.get(Ref.of(written)).get("status", {}).get("conditions", ())}


def images(gateway: Gateway, namespace: str) -> list[str]:
    return [pod["spec"]["containers"][0]["image"] for pod in gateway.list("Pod", namespace).items]


def names(gateway: Gateway, namespace: str) -> list[str]:
    return [pod["metadata"]["name"] for pod in gateway.list("Pod", namespace).items]


def reasons(obj: Object) -> list[str]:
    return [condition["reason"] for condition in obj.get("status", {}).get("conditions", ())]
