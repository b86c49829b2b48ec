"""What we fill in is what a real API server fills in, and quantities become the same text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from devstack.controlplane.server import ControlPlane
from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token
from guidance.manifests.defaults import DEFAULTS, served
from guidance.manifests.quantities import canonical
from guidance.manifests.resources import Resource, resource
from tests.controlplane.polling import until
from tests.guidance.manifests import Manifest

MANIFESTS: list[Manifest] = list(yaml.safe_load_all(Path(__file__).with_name("defaults.yaml").read_text()))
QUANTITIES: dict[object, str] = {
    2: "2", 0.5: "500m", 2.5: "2500m", 100000: "100k", 1000.0: "1k", 0.001: "1m", "1000m": "1", "1024Mi": "1Gi", "1.5Gi": "1536Mi",
    "1000Gi": "1000Gi", "1.5Ki": "1536", "0.0001Mi": "104858m", "1.001Gi": "1074815565824m", "1025Ki": "1025Ki", "1e3": "1e3",
    "12e2": "1200",
    "5e-1": "500e-3", "1500": "1500", "1000000": "1M", "0.1n": "1m", ".5": "500m", "1.50": "1500m", "0Mi": "0", "1Ei": "1Ei",
    "1E3": "1E3", "+5": "+5", "00100m": "00100m", 1e21: "1e+21",
}  # fmt: skip
MADE_UP: dict[str, tuple[str, ...]] = {
    "": ("status", "metadata.uid", "metadata.creationTimestamp", "metadata.managedFields", "metadata.generation", "metadata.namespace",
         "metadata.finalizers"),
    "DaemonSet": ("metadata.annotations.deprecated.daemonset.template.generation",),
    "Job": ("metadata.labels", "spec.selector", "spec.template.metadata.labels"),
    "Pod": ("spec.priority", "spec.preemptionPolicy", "spec.tolerations"),
    "Service": ("spec.clusterIP", "spec.clusterIPs", "spec.ipFamilies", "spec.ipFamilyPolicy", "spec.ports.*.nodePort"),
}  # fmt: skip
"""What an API server makes up for each object, or its admission plugins add by the cluster's settings."""


@pytest.fixture(scope="module")
def admin(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        until(lambda: client.get("/api/v1/namespaces/default/serviceaccounts/default").is_success)
        yield client


def kind_of(manifest: Manifest) -> Resource:
    return resource(manifest["apiVersion"], manifest["kind"])


def answer_to(admin: httpx.Client, manifest: Manifest) -> Manifest:
    """What an API server makes of it; nothing is kept."""
    kind = kind_of(manifest)
    api = f"/apis/{kind.group}/{kind.version}" if kind.group else f"/api/{kind.version}"
    where = "/namespaces/default" if kind.namespaced else ""
    answer = admin.post(f"{api}{where}/{kind.plural}?dryRun=All", json=manifest)
    assert answer.is_success, answer.text
    found: Manifest = answer.json()
    return found


def without_what_is_made_up(manifest: Manifest) -> Manifest:
    for path in (*MADE_UP[""], *MADE_UP.get(manifest["kind"], ())):
        _drop(manifest, path)
    return manifest


def _drop(value: Any, path: str) -> None:
    """Names of annotations have dots, so the rest of a path is tried first."""
    first, _, rest = path.partition(".")
    if isinstance(value, list) and first == "*":
        for item in value:
            _drop(item, rest)
    elif isinstance(value, dict):
        value.pop(path, None)
        _drop(value.get(first), rest) if rest else None
        if first == "annotations" and value.get("annotations") == {}:
            del value["annotations"]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=[f"{one['kind']} {number}" for number, one in enumerate(MANIFESTS)])
def test_manifests_are_filled_in_as_an_api_server_does_it(admin: httpx.Client, manifest: Manifest) -> None:
    ours = served(manifest, kind_of(manifest))

    assert without_what_is_made_up(ours) == without_what_is_made_up(answer_to(admin, manifest))


def test_every_kind_that_is_filled_in_is_compared() -> None:
    assert {(kind.group, kind.kind) for kind in map(kind_of, MANIFESTS)} >= set(DEFAULTS)


def test_quantities_become_the_same_text(admin: httpx.Client) -> None:
    def theirs(value: object) -> JsonValue:
        quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "quota"}, "spec": {"hard": {"memory": value}}}
        text: JsonValue = answer_to(admin, quota)["spec"]["hard"]["memory"]
        return text

    assert {value: theirs(value) for value in QUANTITIES} == QUANTITIES


@pytest.mark.parametrize(("value", "text"), QUANTITIES.items())
def test_a_quantity_has_one_text(value: JsonValue, text: str) -> None:
    assert canonical(value) == text


@pytest.mark.parametrize("value", [True, None, "half", "", [2], "1" * 100])
def test_what_is_no_quantity_stays(value: JsonValue) -> None:
    assert canonical(value) is value


def test_what_has_another_type_than_expected_stays() -> None:
    assert served({"spec": "x", "metadata": 1}, resource("v1", "Pod")) == {"spec": "x", "metadata": 1}
    assert served({"spec": {"hard": ["x"]}}, resource("v1", "ResourceQuota")) == {"spec": {"hard": ["x"]}}


@pytest.mark.parametrize("odd", [3, "", "x", True, [], ["x"], {}, {"x": "y"}])
def test_nothing_that_an_object_may_hold_is_too_much(odd: JsonValue) -> None:
    """The object before an update was never checked."""
    broken = [(one, _changed(one, at, odd)) for one in MANIFESTS for at in _places(one)]
    assert len(broken) > 800

    assert all(served(changed, kind_of(manifest)) for manifest, changed in broken)


def _places(value: JsonValue, at: tuple[Token, ...] = ()) -> Iterator[tuple[Token, ...]]:
    items: Iterable[tuple[Token, JsonValue]] = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else [])
    )
    for token, item in items:
        yield (*at, token)
        yield from _places(item, (*at, token))


def _changed(value: Any, at: tuple[Token, ...], new: JsonValue) -> Any:
    if not at:
        return new
    copy = value.copy()
    copy[at[0]] = _changed(value[at[0]], at[1:], new)
    return copy


def test_kinds_that_are_not_kubernetes_own_stay() -> None:
    assert served({"spec": {"replicas": 0}}, resource("example.org/v1", "Deployment")) == {"spec": {"replicas": 0}}
