import pytest

from clusters.errors import Gone
from clusters.gateway import Gateway
from clusters.objects import Ref
from tests.clusters.conftest import Cluster
from tests.clusters.manifests import namespace_manifest, network_policy


def test_a_watch_tells_what_happened_after_the_list(admin: Gateway, web: Gateway, namespace: str) -> None:
    admin.apply(network_policy("before", namespace))
    version = web.list("NetworkPolicy", namespace).resource_version
    created = admin.apply(network_policy("deny", namespace)).object
    admin.apply(network_policy("deny", namespace, "Egress"))
    admin.delete(Ref.of(created), uid=created["metadata"]["uid"])

    events = web.watch("NetworkPolicy", namespace=namespace, resource_version=version, timeout_seconds=5)
    told = [next(events) for _ in range(3)]
    events.close()

    assert [(event.type, event.object["metadata"]["name"]) for event in told] == [
        ("ADDED", "deny"), ("MODIFIED", "deny"), ("DELETED", "deny"),
    ]  # fmt: skip
    assert told[0].object == created


def test_a_watch_waits_for_what_comes(admin: Gateway, web: Gateway, namespace: str) -> None:
    version = web.list("NetworkPolicy", namespace).resource_version
    events = web.watch("NetworkPolicy", namespace=namespace, resource_version=version, timeout_seconds=5)
    admin.create(namespace_manifest(f"{namespace}-other"))
    admin.apply(network_policy("elsewhere", f"{namespace}-other"))
    admin.apply(network_policy("deny", namespace))

    event = next(events)
    events.close()

    assert (event.type, event.object["metadata"]["name"]) == ("ADDED", "deny")


def test_a_watch_that_has_nothing_to_tell_ends_with_a_bookmark_to_go_on_from(admin: Gateway, web: Gateway, namespace: str) -> None:
    version = web.list("NetworkPolicy", namespace).resource_version
    admin.apply(network_policy("first", namespace))
    watch = web.watch("NetworkPolicy", namespace=namespace, resource_version=version, timeout_seconds=4)
    assert next(watch).object["metadata"]["name"] == "first"
    admin.create(namespace_manifest(f"{namespace}-other"))
    elsewhere = admin.apply(network_policy("elsewhere", f"{namespace}-other")).object
    events = list(watch)

    assert {event.type for event in events} == {"BOOKMARK"}
    marked = events[-1].object["metadata"]["resourceVersion"]
    assert int(marked) >= int(elsewhere["metadata"]["resourceVersion"])
    admin.apply(network_policy("later", namespace))
    later = web.watch("NetworkPolicy", namespace=namespace, resource_version=marked, timeout_seconds=5)
    assert next(later).object["metadata"]["name"] == "later"
    later.close()


def test_a_version_from_too_long_ago_is_gone(cluster: Cluster, web: Gateway, namespace: str) -> None:
    cluster.forget_history()

    with pytest.raises(Gone):
        list(web.watch("Event", namespace=namespace, resource_version="1", timeout_seconds=5))
