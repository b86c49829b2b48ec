"""A running control plane: start it, hand out its credentials, end it."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

import httpx

from devstack.addresses import is_free, remembered_ports
from devstack.controlplane.binaries import MISSING, PROGRAMS, binaries
from devstack.controlplane.credentials import Credentials, kubeconfig, write_secret
from devstack.controlplane.manifests import RBAC, apply, read
from devstack.controlplane.programs import Layout, controllers, etcd, kube_apiserver
from devstack.lock import InUse, hold
from devstack.processes import Failure, Processes, Switch

User = Literal["admin", "web", "worker"]
USERS: tuple[User, ...] = ("admin", "web", "worker")

NODES = Path(__file__).with_name("nodes.yaml")
TOKENS_LAST = 365 * 24 * 3600


@dataclass(frozen=True)
class ControlPlane:
    """It serves at `url` until `stop`, or until the `with` block is left. `ca_file` is the certificate to trust, `pids` are by program."""

    url: str
    ca_file: Path
    pids: dict[str, int]
    _layout: Layout
    _tokens: dict[User, str]
    _processes: Processes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._processes.__exit__(kind, error, trace)

    def stop(self) -> None:
        """End every process; returns when they have ended."""
        self.__exit__(None, None, None)

    def watch(self) -> None:
        """Wait: raises Failure once a process has ended by itself, Stopped once the switch given to `start` is on."""
        self._processes.watch()

    def token(self, user: User) -> str:
        """A bearer token: admin may do anything, web and worker are the service accounts of `deploy/rbac/`."""
        return self._tokens[user]

    def client(self, user: User) -> httpx.Client:
        """An HTTP client of the Kubernetes API as this user; whoever asks closes it."""
        return self._layout.client(self.token(user))

    def kubeconfig(self, user: User, path: Path) -> Path:
        """Write a kubeconfig file that needs no other file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        write_secret(path, kubeconfig(url=self.url, ca=self.ca_file, user=user, token=self.token(user)))
        return path


def start(data_dir: Path, *, port: int = 0, switch: Switch | None = None) -> ControlPlane:
    """Start the control plane on loopback and wait until pods can run; `deploy/rbac/` is applied, `kubeconfigs/USER.yaml` written.

    The cluster's objects, its secrets and (with port 0) its port are kept in `data_dir` and found again by the next start.
    Raises Failure when programs are missing, the port or the directory is in use or a program fails, and Stopped when told so; no
    process is left then.
    """
    data_dir = data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    # The guardian inherits the lock, and so keeps it until the last process has ended, whatever becomes of this one.
    with _lock(data_dir) as lock:
        processes = Processes(data_dir, switch=switch, holding=(lock.fileno(),))
    try:
        return _start(_layout(data_dir, port), processes)
    except BaseException as error:  # Ctrl-C included: nothing may be left running
        processes.__exit__(None, None, None)
        if isinstance(error, httpx.HTTPError):
            raise Failure(f"the control plane does not answer: {error} (its logs: {data_dir / 'logs'})") from error
        raise


def _lock(data_dir: Path) -> IO[str]:
    try:
        return hold(data_dir)
    except InUse:
        raise Failure(f"a control plane already runs on {data_dir}") from None


def _layout(data_dir: Path, port: int) -> Layout:
    programs = binaries()
    if programs is None:
        raise Failure(MISSING)
    if port and not is_free(port):
        raise Failure(f"port {port} is in use: choose another one for the control plane")
    ports = remembered_ports(data_dir / "ports.json", ("etcd", "etcd-peers", "kube-apiserver"))
    return Layout(programs, data_dir, Credentials(data_dir), ports | ({"kube-apiserver": port} if port else {}))


def _start(layout: Layout, processes: Processes) -> ControlPlane:
    kubeconfigs = {user: layout.data_dir / "kubeconfigs" / f"{user}.yaml" for user in USERS}
    for file in kubeconfigs.values():
        file.unlink(missing_ok=True)  # of last time: whoever waits for these files waits for this start
    for program in (etcd(layout), kube_apiserver(layout)):
        processes.start(program)
        processes.wait_ready(program.name)
    admin = layout.credentials.admin_token
    write_secret(layout.kubeconfig, kubeconfig(url=layout.url, ca=layout.credentials.ca, user="admin", token=admin))
    with layout.client(admin) as client:
        tokens = _prepare(client)

        def pods_can_run() -> bool:
            processes.check()  # kwok alone is waited for, but any of them may have crashed
            return _nodes_are_usable(client)

        for program in controllers(layout, ready=pods_can_run):
            processes.start(program)
        processes.wait_ready("kwok")
    pids = {name: processes.pid(name) for name in PROGRAMS}
    running = ControlPlane(layout.url, layout.credentials.ca, pids, layout, {"admin": admin, **tokens}, processes)
    for user, file in kubeconfigs.items():
        running.kubeconfig(user, file)
    return running


def _prepare(client: httpx.Client) -> dict[User, str]:
    for node in read(NODES):
        apply(client, node)
        apply(client, node, subresource="/status")
    for manifest in read(*sorted(RBAC.glob("*.yaml"))):
        apply(client, manifest)
    return {"web": _token(client, "autonomy-web"), "worker": _token(client, "autonomy-worker")}


def _token(client: httpx.Client, account: str) -> str:
    answer = client.post(
        f"/api/v1/namespaces/autonomy/serviceaccounts/{account}/token",
        json={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {"expirationSeconds": TOKENS_LAST}},
    )
    token: str = answer.raise_for_status().json()["status"]["token"]
    return token


def _nodes_are_usable(client: httpx.Client) -> bool:
    """Ready and without a taint: that takes kwok and the controllers to be at work."""
    nodes = client.get("/api/v1/nodes").raise_for_status().json()["items"]
    return all(
        not node["spec"].get("taints")
        and any(condition["type"] == "Ready" and condition["status"] == "True" for condition in node["status"].get("conditions", ()))
        for node in nodes
    )
