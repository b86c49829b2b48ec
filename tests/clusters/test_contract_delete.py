import pytest

from clusters.errors import NotFound, StaleObject
from clusters.gateway import Gateway
from clusters.objects import Ref
from tests.clusters.manifests import deployment, network_policy
from tests.controlplane.polling import until

OTHER_UID = "00000000-0000-0000-0000-000000000000"


def test_exactly_the_named_object_is_deleted(admin: Gateway, namespace: str) -> None:
    created = admin.apply(network_policy("deny", namespace)).object

    admin.delete(Ref.of(created), uid=created["metadata"]["uid"])

    with pytest.raises(NotFound):
        admin.get(Ref.of(created))


def test_an_object_that_was_replaced_is_not_deleted(admin: Gateway, namespace: str) -> None:
    created = admin.apply(network_policy("deny", namespace)).object

    with pytest.raises(StaleObject):
        admin.delete(Ref.of(created), uid=OTHER_UID)

    assert admin.get(Ref.of(created)) == created


def test_what_is_gone_cannot_be_deleted(admin: Gateway, namespace: str) -> None:
    with pytest.raises(NotFound):
        admin.delete(Ref.to("NetworkPolicy", "deny", namespace), uid=OTHER_UID)


def test_what_a_deployment_made_goes_with_it(admin: Gateway, namespace: str) -> None:
    created = admin.apply(deployment("api", namespace, replicas=2)).object
    until(lambda: len(admin.list("Pod", namespace).items) == 2)

    admin.delete(Ref.of(created), uid=created["metadata"]["uid"])

    until(lambda: admin.list("Pod", namespace).items == [])
    assert admin.list("ReplicaSet", namespace).items == []


def test_orphans_stay(admin: Gateway, namespace: str) -> None:
    created = admin.apply(deployment("api", namespace, replicas=1)).object
    until(lambda: len(admin.list("Pod", namespace).items) == 1)

    admin.delete(Ref.of(created), uid=created["metadata"]["uid"], propagation="Orphan")
    until(lambda: admin.list("Deployment", namespace).items == [])

    assert [item["spec"]["replicas"] for item in admin.list("ReplicaSet", namespace).items] == [1]
