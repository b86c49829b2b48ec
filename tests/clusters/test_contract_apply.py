import pytest

from clusters.errors import FieldConflict, FieldError, Invalid, NotFound
from clusters.gateway import Gateway
from clusters.objects import Ref
from tests.clusters.conftest import Cluster
from tests.clusters.manifests import config_map, container, deployment, network_policy, quota


def test_the_first_apply_creates_and_the_second_updates(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace))
    updated = worker.apply(deployment("api", namespace, container(image="registry.example/api:2")))

    assert (created.created, updated.created) == (True, False)
    assert created.object["metadata"]["uid"] == updated.object["metadata"]["uid"]
    assert created.object["metadata"]["generation"] == 1
    assert updated.object["metadata"]["generation"] == 2
    assert updated.object["spec"]["template"]["spec"]["containers"][0]["image"] == "registry.example/api:2"


def test_applying_the_identical_manifest_again_keeps_the_version(worker: Gateway, namespace: str) -> None:
    manifest = network_policy("default-deny", namespace)
    first = worker.apply(manifest)

    again = worker.apply(manifest)

    assert not again.created
    assert again.object == first.object


def test_what_a_later_apply_leaves_out_is_removed(worker: Gateway, namespace: str) -> None:
    worker.apply(quota("compute", namespace, requests_cpu="4", pods="10"))

    left = worker.apply(quota("compute", namespace, pods="20"))

    assert left.object["spec"]["hard"] == {"pods": "20"}


def test_replicas_left_out_fall_back_to_one(worker: Gateway, namespace: str) -> None:
    worker.apply(deployment("api", namespace, replicas=3))

    left = worker.apply(deployment("api", namespace, replicas=None))

    assert left.object["spec"]["replicas"] == 1


def test_a_container_left_out_is_removed_and_the_others_stay(worker: Gateway, namespace: str) -> None:
    worker.apply(deployment("api", namespace, container("api"), container("proxy")))

    left = worker.apply(deployment("api", namespace, container("api")))

    assert [item["name"] for item in left.object["spec"]["template"]["spec"]["containers"]] == ["api"]


def test_variables_of_two_managers_live_side_by_side(cluster: Cluster, worker: Gateway, namespace: str) -> None:
    cluster.apply_as("injector", deployment("api", namespace, container(env=[{"name": "PROXY", "value": "on"}])))

    written = worker.apply(deployment("api", namespace, container(env=[{"name": "LEVEL", "value": "info"}])))

    variables = written.object["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {item["name"]: item["value"] for item in variables} == {"PROXY": "on", "LEVEL": "info"}


def test_a_field_of_another_manager_is_a_conflict_that_names_both(cluster: Cluster, worker: Gateway, namespace: str) -> None:
    cluster.apply_as("argocd", config_map("settings", namespace, level="info", other="x"))
    admin = cluster.gateway("admin")

    with pytest.raises(FieldConflict) as conflict:
        admin.apply(config_map("settings", namespace, level="debug", other="x"))

    assert conflict.value.managers == ("argocd",)
    assert conflict.value.fields == (".data.level",)
    assert worker_sees(admin, namespace) == {"level": "info", "other": "x"}


def test_the_same_value_as_another_manager_is_shared_not_contested(cluster: Cluster, admin: Gateway, namespace: str) -> None:
    cluster.apply_as("argocd", config_map("settings", namespace, level="info"))

    admin.apply(config_map("settings", namespace, level="info", own="1"))
    admin.apply(config_map("settings", namespace, own="1"))

    assert worker_sees(admin, namespace) == {"level": "info", "own": "1"}


def test_a_contested_field_in_a_container_is_named_by_the_containers_name(cluster: Cluster, worker: Gateway, namespace: str) -> None:
    cluster.apply_as("argocd", deployment("api", namespace))

    with pytest.raises(FieldConflict) as conflict:
        worker.apply(deployment("api", namespace, container(image="registry.example/api:2"), replicas=5))

    assert set(conflict.value.fields) == {".spec.replicas", '.spec.template.spec.containers[name="api"].image'}


def test_an_unknown_field_is_invalid_and_named(worker: Gateway, namespace: str) -> None:
    manifest = deployment("api", namespace, container(imagePullPolicies="Always"))

    with pytest.raises(Invalid) as invalid:
        worker.apply(manifest)

    field = 'spec.template.spec.containers[name="api"].imagePullPolicies'
    assert invalid.value.errors == (FieldError(field, "field not declared in schema"),)
    with pytest.raises(NotFound):
        worker.get(Ref.of(manifest))


def test_a_value_of_the_wrong_type_is_invalid_and_named(worker: Gateway, namespace: str) -> None:
    with pytest.raises(Invalid) as invalid:
        worker.apply(deployment("api", namespace, replicas="three"))  # type: ignore[arg-type]

    assert [error.field for error in invalid.value.errors] == ["spec.replicas"]


def test_all_that_is_wrong_is_named_at_once(worker: Gateway, namespace: str) -> None:
    with pytest.raises(Invalid) as invalid:
        worker.apply(deployment("api", namespace, container(imag="x"), replicas="three"))  # type: ignore[arg-type]

    assert {error.field for error in invalid.value.errors} == {"spec.replicas", 'spec.template.spec.containers[name="api"].imag'}


def test_two_containers_of_one_name_are_invalid(worker: Gateway, namespace: str) -> None:
    with pytest.raises(Invalid) as invalid:
        worker.apply(deployment("api", namespace, container("api"), container("api")))

    assert [error.field for error in invalid.value.errors] == ["spec.template.spec.containers"]


def test_a_selector_is_immutable(worker: Gateway, namespace: str) -> None:
    worker.apply(deployment("api", namespace))
    other = deployment("api", namespace)
    other["spec"]["selector"]["matchLabels"] = other["spec"]["template"]["metadata"]["labels"] = {"app": "other"}

    with pytest.raises(Invalid) as invalid:
        worker.apply(other)

    assert [error.field for error in invalid.value.errors] == ["spec.selector"]


def test_a_part_of_a_deployment_is_no_deployment(worker: Gateway, namespace: str) -> None:
    worker.apply(deployment("api", namespace))
    part = deployment("api", namespace)
    del part["spec"]["template"]

    with pytest.raises(Invalid) as invalid:
        worker.apply(part)

    assert "spec.template.spec.containers" in [error.field for error in invalid.value.errors]


def test_nothing_can_be_applied_in_a_namespace_that_is_not_there(worker: Gateway, namespace: str) -> None:
    with pytest.raises(NotFound):
        worker.apply(quota("compute", f"{namespace}-not", pods="1"))


def worker_sees(gateway: Gateway, namespace: str) -> object:
    return gateway.get(Ref.to("ConfigMap", "settings", namespace))["data"]
