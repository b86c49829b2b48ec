import pytest

from clusters.errors import FieldConflict, Invalid, NotFound, StaleObject
from clusters.gateway import Gateway
from clusters.objects import Precondition, Ref
from tests.clusters.conftest import Cluster
from tests.clusters.manifests import deployment, network_policy


def test_scaling_changes_the_replicas_and_answers_with_the_scale(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace, replicas=1)).object

    scaled = worker.scale(Ref.of(created), 3)

    assert (scaled.object["kind"], scaled.object["spec"]) == ("Scale", {"replicas": 3})
    assert scaled.object["metadata"]["uid"] == created["metadata"]["uid"]
    after = worker.get(Ref.of(created))
    assert (after["spec"]["replicas"], after["metadata"]["generation"]) == (3, 2)


def test_scaling_to_what_it_is_changes_nothing(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace, replicas=2)).object

    worker.scale(Ref.of(created), 2)

    assert worker.get(Ref.of(created))["metadata"]["generation"] == 1


def test_scaling_makes_the_scaler_an_owner_of_its_own(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace, replicas=1)).object

    worker.scale(Ref.of(created), 3)

    entries = worker.get(Ref.of(created))["metadata"]["managedFields"]
    ours = {
        (entry["operation"], entry.get("subresource")): entry["fieldsV1"] for entry in entries if entry["manager"] == "developer-autonomy"
    }
    assert set(ours) == {("Apply", None), ("Update", "scale")}
    assert ours["Update", "scale"] == {"f:spec": {"f:replicas": {}}}
    assert "f:replicas" not in ours["Apply", None]["f:spec"]


def test_an_apply_takes_over_what_our_own_scale_set(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace, replicas=1)).object
    worker.scale(Ref.of(created), 3)

    shown = worker.apply(deployment("api", namespace, replicas=2), dry_run=True)
    applied = worker.apply(deployment("api", namespace, replicas=2))

    assert shown.object["spec"]["replicas"] == applied.object["spec"]["replicas"] == 2


def test_an_apply_does_not_take_over_what_others_scaled(cluster: Cluster, worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace, replicas=1)).object
    with cluster.http("admin") as client:
        headers, body = {"Content-Type": "application/merge-patch+json"}, {"spec": {"replicas": 3}}
        client.patch(f"{Ref.of(created).path}/scale", params={"fieldManager": "kubectl"}, headers=headers, json=body).raise_for_status()

    with pytest.raises(FieldConflict) as conflict:
        worker.apply(deployment("api", namespace, replicas=2))

    assert (conflict.value.managers, conflict.value.fields) == (("kubectl",), (".spec.replicas",))
    assert conflict.value.message == (
        'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas'
    )
    assert worker.get(Ref.of(created))["spec"]["replicas"] == 3


def test_what_we_scaled_is_not_taken_over_in_another_version_than_planned(worker: Gateway, namespace: str) -> None:
    planned = worker.apply(deployment("api", namespace, replicas=1)).object
    worker.scale(Ref.of(planned), 3)

    with pytest.raises(StaleObject):
        worker.apply(deployment("api", namespace, replicas=2), precondition=Precondition.unchanged(planned))

    assert worker.get(Ref.of(planned))["spec"]["replicas"] == 3


def test_after_scaling_an_apply_without_replicas_leaves_them(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace, replicas=1)).object
    worker.scale(Ref.of(created), 3)

    applied = worker.apply(deployment("api", namespace, replicas=None))

    assert applied.object["spec"]["replicas"] == 3


def test_a_negative_number_is_invalid(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace)).object

    with pytest.raises(Invalid) as invalid:
        worker.scale(Ref.of(created), -1)

    assert [error.field for error in invalid.value.errors] == ["spec.replicas"]


def test_what_is_missing_or_has_no_scale_cannot_be_scaled(admin: Gateway, namespace: str) -> None:
    policy = admin.apply(network_policy("deny", namespace)).object

    for ref in (Ref.to("Deployment", "missing", namespace), Ref.of(policy)):
        with pytest.raises(NotFound):
            admin.scale(ref, 1)
