"""Pods come alive on the control plane, unless their image cannot be pulled."""

import httpx

from tests.controlplane.objects import Object, apply, collection, deployment
from tests.controlplane.polling import until


def status(client: httpx.Client, namespace: str, name: str) -> Object:
    found: Object = client.get(f"{collection(namespace, 'Deployment')}/{name}").raise_for_status().json()["status"]
    return found


def pods(client: httpx.Client, namespace: str) -> list[Object]:
    found: list[Object] = client.get(collection(namespace, "Pod")).raise_for_status().json()["items"]
    return found


def test_a_deployment_with_three_replicas_rolls_out(admin: httpx.Client, namespace: str) -> None:
    assert apply(admin, namespace, deployment("api", replicas=3)).status_code == 201

    until(lambda: status(admin, namespace, "api").get("availableReplicas") == 3)

    running = pods(admin, namespace)
    assert [pod["status"]["phase"] for pod in running] == ["Running"] * 3
    assert {pod["spec"]["nodeName"] for pod in running} == {"node-1", "node-2"}


def test_a_pod_whose_image_cannot_be_pulled_waits_with_the_reason(admin: httpx.Client, namespace: str) -> None:
    apply(admin, namespace, deployment("api", image="registry.example/does-not-exist:1")).raise_for_status()

    until(lambda: [pod for pod in pods(admin, namespace) if pod["status"].get("containerStatuses")])

    (pod,) = pods(admin, namespace)
    (container,) = pod["status"]["containerStatuses"]
    assert container["ready"] is False
    assert container["state"]["waiting"]["reason"] == "ImagePullBackOff"
    assert {condition["type"]: condition["status"] for condition in pod["status"]["conditions"]} == {
        "PodScheduled": "True",
        "ContainersReady": "False",
        "Ready": "False",
    }
    assert status(admin, namespace, "api")["unavailableReplicas"] == 1


def test_a_failing_rollout_keeps_the_old_pods_and_a_mended_one_succeeds(admin: httpx.Client, namespace: str) -> None:
    apply(admin, namespace, deployment("api", replicas=2)).raise_for_status()
    until(lambda: status(admin, namespace, "api").get("availableReplicas") == 2)

    apply(admin, namespace, deployment("api", replicas=2, image="registry.example/does-not-exist:1")).raise_for_status()
    until(lambda: status(admin, namespace, "api").get("unavailableReplicas") == 1)
    assert status(admin, namespace, "api")["availableReplicas"] == 2

    mended = apply(admin, namespace, deployment("api", replicas=2, image="registry.example/api:2")).raise_for_status().json()
    until(lambda: is_complete(status(admin, namespace, "api"), mended["metadata"]["generation"], replicas=2))


def is_complete(state: Object, generation: int, *, replicas: int) -> bool:
    counts = (state.get("replicas"), state.get("updatedReplicas"), state.get("availableReplicas"))
    return state["observedGeneration"] >= generation and counts == (replicas, replicas, replicas)
