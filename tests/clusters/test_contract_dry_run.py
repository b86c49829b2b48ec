"""A dry run shows what a write would do, and does nothing."""

import pytest

from clusters.errors import AlreadyExists, Invalid, NotFound
from clusters.gateway import Gateway
from clusters.objects import Precondition, Ref
from tests.clusters.manifests import container, deployment, network_policy, pod


def test_a_dry_run_of_a_new_object_shows_it_and_creates_nothing(worker: Gateway, namespace: str) -> None:
    shown = worker.apply(deployment("api", namespace), dry_run=True, precondition=Precondition.must_not_exist())

    assert shown.created
    assert shown.object["spec"]["strategy"]["type"] == "RollingUpdate"
    with pytest.raises(NotFound):
        worker.get(Ref.of(shown.object))


def test_a_dry_run_of_an_update_shows_it_and_changes_nothing(worker: Gateway, namespace: str) -> None:
    before = worker.apply(network_policy("deny", namespace)).object

    shown = worker.apply(network_policy("deny", namespace, "Egress"), dry_run=True)

    assert shown.object["spec"]["policyTypes"] == ["Egress"]
    assert shown.object["metadata"]["uid"] == before["metadata"]["uid"]
    assert worker.get(Ref.of(before)) == before


def test_dry_runs_of_scale_patch_and_delete_change_nothing(admin: Gateway, namespace: str) -> None:
    written = admin.apply(deployment("api", namespace, replicas=0)).object
    ref, uid = Ref.of(written), written["metadata"]["uid"]

    scaled = admin.scale(ref, 5, dry_run=True)
    patched = admin.merge_patch(ref, {"spec": {"paused": True}}, dry_run=True)
    admin.delete(ref, uid=uid, dry_run=True)

    assert scaled.object["spec"]["replicas"] == 5
    assert patched.object["spec"]["paused"] is True
    after = admin.get(ref)
    assert (after["metadata"]["uid"], after["metadata"]["generation"], after["spec"]) == (uid, 1, written["spec"])


def test_a_dry_run_is_judged_as_the_write_would_be(worker: Gateway, admin: Gateway, namespace: str) -> None:
    admin.create(pod("one", namespace))

    with pytest.raises(AlreadyExists):
        admin.create(pod("one", namespace), dry_run=True)
    with pytest.raises(Invalid) as invalid:
        worker.apply(deployment("api", namespace, container(resources={"requests": {"cpu": "much"}})), dry_run=True)

    assert "quantities must match the regular expression" in invalid.value.message


def test_what_a_dry_run_shows_is_what_the_write_then_stores(worker: Gateway, namespace: str) -> None:
    worker.apply(network_policy("deny", namespace))

    shown = worker.apply(network_policy("deny", namespace, "Egress", "Ingress"), dry_run=True).object
    stored = worker.apply(network_policy("deny", namespace, "Egress", "Ingress")).object

    assert shown["spec"] == stored["spec"]
    assert shown["metadata"]["generation"] == stored["metadata"]["generation"] == 2
