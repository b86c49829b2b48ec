import pytest

from clusters.errors import Invalid, UnknownKind
from clusters.objects import Precondition, Ref, resource_of
from tests.clusters.manifests import deployment, namespace_manifest


def test_a_manifest_names_its_object_and_its_place_in_the_api() -> None:
    ref = Ref.of(deployment("api", "payments-dev"))

    assert ref == Ref("apps/v1", "Deployment", "payments-dev", "api")
    assert ref.path == "/apis/apps/v1/namespaces/payments-dev/deployments/api"
    assert str(ref) == "Deployment payments-dev/api"


def test_an_object_of_the_whole_cluster_has_no_namespace() -> None:
    ref = Ref.of(namespace_manifest("payments-dev"))

    assert (ref.namespace, ref.path, str(ref)) == (None, "/api/v1/namespaces/payments-dev", "Namespace payments-dev")


@pytest.mark.parametrize("name", ["../secrets/password", "a/b", "a?dryRun=All", "a b", "ä"])
def test_a_name_cannot_leave_its_place_in_the_path(name: str) -> None:
    path = Ref.to("Deployment", name, "payments-dev").path

    assert path.rpartition("/")[0] == "/apis/apps/v1/namespaces/payments-dev/deployments"
    assert not set("? \t") & set(path)


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_that_leads_elsewhere_is_invalid(name: str) -> None:
    with pytest.raises(Invalid):
        _ = Ref.to("Deployment", name, "payments-dev").path
    with pytest.raises(Invalid):
        _ = Ref.to("Deployment", "api", name).path


def test_an_unknown_kind_or_version_is_told_with_what_there_is() -> None:
    with pytest.raises(UnknownKind, match=r"'Secret' are not handled here; known kinds: ClusterRole, .*StatefulSet"):
        resource_of("Secret")
    with pytest.raises(UnknownKind, match="apps/v1, not as 'apps/v1beta1'"):
        resource_of("Deployment", "apps/v1beta1")


@pytest.mark.parametrize("missing", ["apiVersion", "kind", "metadata"])
def test_a_manifest_that_names_nothing_is_invalid(missing: str) -> None:
    manifest = deployment("api", "payments-dev")
    del manifest[missing]

    with pytest.raises(Invalid):
        Ref.of(manifest)


def test_a_namespaced_object_without_a_namespace_has_no_address() -> None:
    with pytest.raises(Invalid, match="Deployment api needs a namespace"):
        _ = Ref.to("Deployment", "api").path


def test_preconditions_are_written_as_metadata() -> None:
    live = {"metadata": {"uid": "u-1", "resourceVersion": "42", "name": "api"}}

    assert Precondition.unchanged(live).metadata() == {"uid": "u-1", "resourceVersion": "42"}
    assert Precondition.must_not_exist().metadata() == {"resourceVersion": "1"}
