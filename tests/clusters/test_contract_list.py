import pytest

from clusters import gateway as gateway_module
from clusters.errors import NotFound
from clusters.gateway import Gateway
from clusters.objects import Ref
from tests.clusters.manifests import network_policy


def labelled(name: str, namespace: str, tier: str) -> dict[str, object]:
    manifest = network_policy(name, namespace)
    manifest["metadata"]["labels"] = {"tier": tier}
    return manifest


def test_items_of_a_list_say_what_they_are(worker: Gateway, namespace: str) -> None:
    created = worker.apply(network_policy("deny", namespace)).object

    assert worker.list("NetworkPolicy", namespace).items == [created]


def test_a_long_list_comes_in_pages(worker: Gateway, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"policy-{number}" for number in range(7)]
    for name in names:
        worker.apply(network_policy(name, namespace))
    monkeypatch.setattr(gateway_module, "PAGE", 3)

    found = worker.list("NetworkPolicy", namespace)

    assert [item["metadata"]["name"] for item in found.items] == names
    assert list(worker.each("NetworkPolicy", namespace)) == found.items


@pytest.mark.parametrize(
    ("selector", "names"), [("tier=web", ["a"]), ("tier!=web", ["b", "c"]), ("tier in (db, cache)", ["b", "c"]), ("tier", ["a", "b", "c"])]
)
def test_labels_select(worker: Gateway, namespace: str, selector: str, names: list[str]) -> None:
    for name, tier in (("a", "web"), ("b", "db"), ("c", "cache")):
        worker.apply(labelled(name, namespace, tier))

    assert [item["metadata"]["name"] for item in worker.list("NetworkPolicy", namespace, selector).items] == names


def test_a_list_of_the_whole_cluster_has_every_namespace(worker: Gateway, namespace: str) -> None:
    worker.apply(network_policy("deny", namespace))

    found = worker.list("NetworkPolicy").items

    assert ("deny", namespace) in [(item["metadata"]["name"], item["metadata"]["namespace"]) for item in found]


def test_what_is_not_there_is_not_found(worker: Gateway, namespace: str) -> None:
    with pytest.raises(NotFound) as missing:
        worker.get(Ref.to("Deployment", "api", namespace))

    assert missing.value.message == 'deployments.apps "api" not found'


def test_the_server_tells_its_version(worker: Gateway) -> None:
    worker.ping()

    assert worker.version().startswith("v1.")
