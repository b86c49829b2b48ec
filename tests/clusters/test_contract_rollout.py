"""Rollouts as they really go, judged by `clusters.rollout`."""

from clusters.gateway import Gateway
from clusters.objects import Object, Ref
from clusters.rollout import Rollout, judge, newest_pods, template_digest
from tests.clusters.manifests import MISSING_IMAGE, container, deployment
from tests.controlplane.polling import until


def rollout(gateway: Gateway, written: Object) -> Rollout:
    """What has become of a write."""
    namespace = written["metadata"]["namespace"]
    now = gateway.get(Ref.of(written))
    pods = newest_pods(now, gateway.list("ReplicaSet", namespace).items, gateway.list("Pod", namespace).items)
    return judge(now, written["metadata"]["generation"], pods, template=template_digest(written))


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


def images(gateway: Gateway, namespace: str) -> list[str]:
    return [pod["spec"]["containers"][0]["image"] for pod in gateway.list("Pod", namespace).items]


def names(gateway: Gateway, namespace: str) -> list[str]:
    return [pod["metadata"]["name"] for pod in gateway.list("Pod", namespace).items]


def reasons(obj: Object) -> list[str]:
    return [condition["reason"] for condition in obj.get("status", {}).get("conditions", ())]
