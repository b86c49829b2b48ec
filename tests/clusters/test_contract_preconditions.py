"""A write happens to exactly the object, in exactly the version, that was planned; or not at all."""

import pytest

from clusters.errors import FieldConflict, StaleObject
from clusters.gateway import Gateway
from clusters.objects import Precondition, Ref
from tests.clusters.conftest import Cluster
from tests.clusters.manifests import config_map, deployment, network_policy, quota

OTHER_UID = "00000000-0000-0000-0000-000000000000"


def test_an_apply_to_the_planned_version_is_done(worker: Gateway, namespace: str) -> None:
    planned = worker.apply(network_policy("deny", namespace)).object

    written = worker.apply(network_policy("deny", namespace, "Egress"), precondition=Precondition.unchanged(planned))

    assert written.object["spec"]["policyTypes"] == ["Egress"]


def test_an_apply_to_an_older_version_is_stale(worker: Gateway, namespace: str) -> None:
    planned = worker.apply(quota("compute", namespace, pods="10")).object
    worker.apply(quota("compute", namespace, pods="15"))

    with pytest.raises(StaleObject):
        worker.apply(quota("compute", namespace, pods="20"), precondition=Precondition.unchanged(planned))

    assert worker.get(Ref.of(planned))["spec"]["hard"] == {"pods": "15"}


def test_an_apply_to_an_object_that_was_replaced_is_stale(worker: Gateway, namespace: str) -> None:
    now = worker.apply(quota("compute", namespace, pods="10")).object

    with pytest.raises(StaleObject):
        worker.apply(quota("compute", namespace, pods="20"), precondition=Precondition(OTHER_UID, now["metadata"]["resourceVersion"]))

    assert worker.get(Ref.of(now))["spec"]["hard"] == {"pods": "10"}


def test_an_apply_to_an_object_that_is_gone_is_stale_and_does_not_create_it(admin: Gateway, namespace: str) -> None:
    planned = admin.apply(quota("compute", namespace, pods="10")).object
    admin.delete(Ref.of(planned), uid=planned["metadata"]["uid"])

    with pytest.raises(StaleObject):
        admin.apply(quota("compute", namespace, pods="20"), precondition=Precondition.unchanged(planned))

    assert admin.list("ResourceQuota", namespace).items == []


def test_a_version_alone_does_not_notice_that_the_object_is_gone(admin: Gateway, namespace: str) -> None:
    planned = admin.apply(quota("compute", namespace, pods="10")).object
    admin.delete(Ref.of(planned), uid=planned["metadata"]["uid"])

    written = admin.apply(
        quota("compute", namespace, pods="20"), precondition=Precondition(None, planned["metadata"]["resourceVersion"])
    )  # fmt: skip

    assert written.created


def test_what_must_not_exist_is_created(worker: Gateway, namespace: str) -> None:
    written = worker.apply(quota("compute", namespace, pods="10"), precondition=Precondition.must_not_exist())

    assert written.created


def test_what_must_not_exist_but_does_is_stale(worker: Gateway, namespace: str) -> None:
    worker.apply(quota("compute", namespace, pods="10"))

    with pytest.raises(StaleObject):
        worker.apply(quota("compute", namespace, pods="20"), precondition=Precondition.must_not_exist())

    assert worker.get(Ref.to("ResourceQuota", "compute", namespace))["spec"]["hard"] == {"pods": "10"}


def test_a_foreign_owner_is_told_before_a_stale_version(cluster: Cluster, admin: Gateway, namespace: str) -> None:
    cluster.apply_as("argocd", config_map("settings", namespace, level="info"))

    with pytest.raises(FieldConflict):
        admin.apply(config_map("settings", namespace, level="debug"), precondition=Precondition.must_not_exist())


def test_a_merge_patch_of_an_older_version_is_stale(worker: Gateway, namespace: str) -> None:
    planned = worker.apply(quota("compute", namespace, pods="10")).object
    worker.apply(quota("compute", namespace, pods="15"))

    with pytest.raises(StaleObject):
        worker.merge_patch(Ref.of(planned), {"spec": {"hard": {"pods": "20"}}}, precondition=Precondition.unchanged(planned))

    assert worker.get(Ref.of(planned))["spec"]["hard"] == {"pods": "15"}


def test_a_merge_patch_of_an_object_that_was_replaced_is_stale(worker: Gateway, namespace: str) -> None:
    now = worker.apply(quota("compute", namespace, pods="10")).object
    replaced = Precondition(OTHER_UID, now["metadata"]["resourceVersion"])

    with pytest.raises(StaleObject):
        worker.merge_patch(Ref.of(now), {"spec": {"hard": {"pods": "20"}}}, precondition=replaced)

    assert worker.get(Ref.of(now))["spec"]["hard"] == {"pods": "10"}


def test_a_merge_patch_of_the_planned_version_is_done(worker: Gateway, namespace: str) -> None:
    planned = worker.apply(network_policy("deny", namespace)).object

    written = worker.merge_patch(Ref.of(planned), {"spec": {"policyTypes": ["Egress"]}}, precondition=Precondition.unchanged(planned))

    assert written.object["spec"]["policyTypes"] == ["Egress"]


def test_scaling_an_older_version_is_stale(worker: Gateway, namespace: str) -> None:
    planned = worker.apply(deployment("api", namespace)).object
    worker.apply(deployment("api", namespace, replicas=2))

    with pytest.raises(StaleObject):
        worker.scale(Ref.of(planned), 3, precondition=Precondition.unchanged(planned))

    assert worker.get(Ref.of(planned))["spec"]["replicas"] == 2


def test_scaling_an_object_that_was_replaced_is_stale(worker: Gateway, namespace: str) -> None:
    worker.apply(deployment("api", namespace, replicas=0))
    ref = Ref.to("Deployment", "api", namespace)

    with pytest.raises(StaleObject):
        worker.scale(ref, 3, precondition=Precondition(OTHER_UID, ""))

    assert worker.get(ref)["spec"]["replicas"] == 0


@pytest.mark.parametrize("version", ["", "0"])
def test_an_empty_version_and_zero_check_nothing(worker: Gateway, namespace: str, version: str) -> None:
    worker.apply(quota("compute", namespace, pods="10"))

    written = worker.apply(quota("compute", namespace, pods="20"), precondition=Precondition(None, version))

    assert written.object["spec"]["hard"] == {"pods": "20"}
