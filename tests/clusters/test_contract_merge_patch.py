import pytest

from clusters.errors import FieldConflict, FieldError, Invalid, NotFound
from clusters.gateway import Gateway
from clusters.objects import Ref
from tests.clusters.conftest import Cluster
from tests.clusters.manifests import container, deployment, quota


def test_a_patch_of_one_key_leaves_the_others(cluster: Cluster, worker: Gateway, namespace: str) -> None:
    cluster.apply_as("platform", quota("compute", namespace, requests_cpu="4", pods="10"))

    written = worker.merge_patch(Ref.to("ResourceQuota", "compute", namespace), {"spec": {"hard": {"requests.cpu": "8"}}})

    assert written.object["spec"]["hard"] == {"requests.cpu": "8", "pods": "10"}


def test_null_removes_a_key(worker: Gateway, namespace: str) -> None:
    created = worker.apply(quota("compute", namespace, requests_cpu="4", pods="10")).object

    written = worker.merge_patch(Ref.of(created), {"spec": {"hard": {"pods": None}}})

    assert written.object["spec"]["hard"] == {"requests.cpu": "4"}


def test_a_list_is_replaced_whole(worker: Gateway, namespace: str) -> None:
    variables = [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    created = worker.apply(deployment("api", namespace, container(env=variables))).object

    patched = container(env=[{"name": "B", "value": "3"}])
    written = worker.merge_patch(Ref.of(created), {"spec": {"template": {"spec": {"containers": [patched]}}}})

    assert written.object["spec"]["template"]["spec"]["containers"][0]["env"] == [{"name": "B", "value": "3"}]


def test_who_patched_a_field_owns_it_from_then_on(cluster: Cluster, worker: Gateway, namespace: str) -> None:
    worker.apply(quota("compute", namespace, pods="10"))
    with cluster.http("admin") as client:
        path = f"/api/v1/namespaces/{namespace}/resourcequotas/compute"
        headers, body = {"Content-Type": "application/merge-patch+json"}, {"spec": {"hard": {"pods": "12"}}}
        client.patch(path, params={"fieldManager": "kubectl-edit"}, headers=headers, json=body).raise_for_status()

    with pytest.raises(FieldConflict) as conflict:
        worker.apply(quota("compute", namespace, pods="20"))

    assert (conflict.value.managers, conflict.value.fields) == (("kubectl-edit",), (".spec.hard.pods",))


def test_an_unknown_field_is_invalid_and_named(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace)).object

    with pytest.raises(Invalid) as invalid:
        worker.merge_patch(Ref.of(created), {"spec": {"replica": 3}})

    assert invalid.value.errors == (FieldError("spec.replica", "unknown field"),)
    assert invalid.value.message == 'strict decoding error: unknown field "spec.replica"'


def test_a_value_of_the_wrong_type_is_invalid_and_named(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace)).object

    with pytest.raises(Invalid) as invalid:
        worker.merge_patch(Ref.of(created), {"spec": {"replicas": "three"}})

    assert invalid.value.errors == (FieldError("spec.replicas", "must be int32, not string"),)


def test_what_is_no_quantity_is_invalid(worker: Gateway, namespace: str) -> None:
    created = worker.apply(quota("compute", namespace, pods="10")).object

    with pytest.raises(Invalid) as invalid:
        worker.merge_patch(Ref.of(created), {"spec": {"hard": {"pods": "many"}}})

    assert invalid.value.message.startswith("quantities must match the regular expression")
    assert worker.get(Ref.of(created))["spec"]["hard"] == {"pods": "10"}


def test_what_is_not_there_cannot_be_patched(worker: Gateway, namespace: str) -> None:
    with pytest.raises(NotFound):
        worker.merge_patch(Ref.to("ResourceQuota", "compute", namespace), {"spec": {"hard": {"pods": "1"}}})
