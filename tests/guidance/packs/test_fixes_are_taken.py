"""No fix makes an API server refuse what it took before: values that do not go together are mended together."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from guidance.documents.patch import apply
from guidance.documents.pointer import find, parse
from guidance.judging.compiled import CompiledPolicy, compile_policy, proven_policy
from guidance.judging.evaluation import Evaluation, evaluate
from guidance.policies import packs
from tests.controlplane.polling import until

Manifest = dict[str, Any]
HOST_PROCESS = {"windowsOptions": {"hostProcess": True, "runAsUserName": "ContainerAdministrator"}}
AT_WEB, AT_POD = "/spec/containers/0/securityContext", "/spec/securityContext"
APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/web"


def pod(annotations: Manifest | None = None, **spec: Any) -> Manifest:
    containers = [{"name": name, "image": "api:1.4.2", **spec.pop(name, {})} for name in ("web", "proxy") if name == "web" or name in spec]
    metadata = {"name": "api", "annotations": annotations or {}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": containers, **spec}}


CASES: dict[str, tuple[Manifest, str, set[str]]] = {
    "privileged": (
        pod(web={"securityContext": {"privileged": True}}),
        f"{AT_WEB}/allowPrivilegeEscalation",
        {f"{AT_WEB}/allowPrivilegeEscalation", f"{AT_WEB}/privileged"},
    ),
    "CAP_SYS_ADMIN": (
        pod(web={"securityContext": {"capabilities": {"add": ["CAP_SYS_ADMIN"], "drop": ["ALL"]}}}),
        f"{AT_WEB}/allowPrivilegeEscalation",
        {f"{AT_WEB}/allowPrivilegeEscalation", f"{AT_WEB}/capabilities/add"},
    ),
    "all processes of the node": (
        pod(web={"securityContext": HOST_PROCESS}, proxy={"securityContext": HOST_PROCESS}, hostNetwork=True, os={"name": "windows"}),
        f"{AT_WEB}/windowsOptions/hostProcess",
        {f"{AT_WEB}/windowsOptions/hostProcess", "/spec/containers/1/securityContext/windowsOptions/hostProcess"},
    ),
    "a process of the node in its network": (
        pod(securityContext=HOST_PROCESS, hostNetwork=True, os={"name": "windows"}),
        "/spec/hostNetwork",
        {"/spec/hostNetwork", f"{AT_POD}/windowsOptions/hostProcess"},
    ),
    "AppArmor twice": (
        pod({APP_ARMOR: "unconfined"}, web={"securityContext": {"appArmorProfile": {"type": "Unconfined"}}}),
        f"{AT_WEB}/appArmorProfile",
        {f"{AT_WEB}/appArmorProfile", "/metadata/annotations"},
    ),
    "a port in the node's network": (
        pod(web={"ports": [{"containerPort": 8080, "hostPort": 8080}]}, hostNetwork=True),
        "/spec/containers/0/ports/0/hostPort",
        {"/spec/containers/0/ports/0/hostPort", "/spec/hostNetwork"},
    ),
}


@pytest.fixture(scope="module")
def policies() -> tuple[CompiledPolicy, ...]:
    chosen, _ = packs.together(map(packs.pack, ("pss-restricted", "best-practices", "main")))
    return tuple(map(proven_policy, chosen))


@pytest.fixture(params=CASES.values(), ids=CASES.keys())
def case(request: pytest.FixtureRequest, policies: tuple[CompiledPolicy, ...]) -> tuple[Manifest, str, set[str], Evaluation]:
    manifest, path, changed = request.param
    return manifest, path, changed, evaluate(policies, manifest)


def test_a_fix_takes_along_what_it_needs(case: tuple[Manifest, str, set[str], Evaluation]) -> None:
    _, path, changed, found = case

    (fix,) = [finding.fix for finding in found.findings if finding.path == path]

    assert {operation["path"] for operation in fix or []} == changed


def test_nothing_is_left_to_mend_the_second_time(
    case: tuple[Manifest, str, set[str], Evaluation], policies: tuple[CompiledPolicy, ...]
) -> None:
    *_, found = case
    assert found.mended is not None

    again = evaluate(policies, found.mended)

    assert (again.mended, [finding.path for finding in again.findings if finding.fix]) == (None, [])


def test_what_cannot_be_taken_along_is_not_mended_halfway(policies: tuple[CompiledPolicy, ...]) -> None:
    """A policy that is exempted stays violated."""
    manifest, path, _ = CASES["privileged"]
    exempted = {"pss-privileged": "until the driver is gone"}

    found = evaluate(policies, manifest, exempted=exempted)

    security = find(found.mended, parse(AT_WEB))
    assert isinstance(security, dict)
    assert (security["privileged"], "allowPrivilegeEscalation" in security) == (True, False)
    assert [finding.fix for finding in found.findings if finding.path == path] == [None]


def test_every_port_in_the_network_of_the_node_is_one_of_the_node() -> None:
    """An API server fills in the host ports of pods before it asks; what ships is judged as it was written."""
    (policy,) = (policy for policy in packs.pack("pss-baseline").policies if policy.name == "pss-host-ports")
    manifest = pod(web={"ports": [{"containerPort": 8080}, {"containerPort": 9090, "hostPort": 9090}]}, hostNetwork=True)

    told = [[finding.message for finding in evaluate([ready(policy)], manifest).findings] for ready in (proven_policy, compile_policy)]

    rest = "of the node is opened (as hostNetwork does with every port), past its network policies and for one pod per node."
    assert told == [[f"Port {port} {rest} Reach the container through a Service." for port in (8080, 9090)]] * 2


@pytest.fixture
def admin(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        until(lambda: client.get("/api/v1/namespaces/default/serviceaccounts/default").is_success)
        yield client


def test_an_api_server_takes_what_is_mended(admin: httpx.Client, case: tuple[Manifest, str, set[str], Evaluation]) -> None:
    manifest, *_, found = case
    each = [apply(manifest, finding.fix) for finding in found.findings if finding.fix]

    answers = [admin.post("/api/v1/namespaces/default/pods?dryRun=All", json=one) for one in (manifest, found.mended, *each)]

    assert [answer.json()["message"] for answer in answers if not answer.is_success] == []
