"""How each program of the control plane is started."""

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from devstack.controlplane.credentials import Credentials
from devstack.processes import Program

STAGES = Path(__file__).with_name("stages.yaml")
LOOPBACK = "127.0.0.1"
LEASES = {"node-lease-duration-seconds": 40}
"""A kubelet's own. Without them a node counts as lost after 50 s, and its pods are unready from then on."""


@dataclass(frozen=True)
class Layout:
    """Where one control plane lives: programs, data, secrets, ports."""

    binaries: Path
    data_dir: Path
    credentials: Credentials
    ports: dict[str, int]

    @property
    def url(self) -> str:
        return f"https://{LOOPBACK}:{self.ports['kube-apiserver']}"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's, for the controllers."""
        return self.credentials.folder / "controllers.yaml"

    def client(self, token: str) -> httpx.Client:
        """An HTTP client that trusts this server and sends this token."""
        trust = ssl.create_default_context(cafile=str(self.credentials.ca))
        return httpx.Client(base_url=self.url, verify=trust, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=False)


def etcd(layout: Layout) -> Program:
    address = f"http://{LOOPBACK}:{layout.ports['etcd']}"
    peers = f"http://{LOOPBACK}:{layout.ports['etcd-peers']}"
    options = {
        "name": "autonomy",
        "data-dir": layout.data_dir / "etcd",
        "listen-client-urls": address,
        "advertise-client-urls": address,
        "listen-peer-urls": peers,
        "initial-advertise-peer-urls": peers,
        "initial-cluster": f"autonomy={peers}",
        "unsafe-no-fsync": "true",  # a power cut may lose a developer's cluster, a crash of etcd does not
        "log-level": "warn",
    }

    def ready() -> bool:
        try:
            return httpx.get(f"{address}/health", trust_env=False).is_success
        except httpx.TransportError:
            return False

    return Program("etcd", _command(layout, "etcd", options), ready=ready)


def kube_apiserver(layout: Layout) -> Program:
    secrets = layout.credentials
    options = {
        "etcd-servers": f"http://{LOOPBACK}:{layout.ports['etcd']}",
        "bind-address": LOOPBACK,
        "advertise-address": LOOPBACK,
        "secure-port": layout.ports["kube-apiserver"],
        "cert-dir": secrets.folder,
        "token-auth-file": secrets.tokens,
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": secrets.service_account_key,
        "service-account-signing-key-file": secrets.service_account_key,
        "service-cluster-ip-range": "10.0.0.0/24",
        "authorization-mode": "RBAC",
        "allow-privileged": "true",  # as in real clusters: to refuse such pods is the policies' task
        "endpoint-reconciler-type": "none",
        "profiling": "false",
    }

    def ready() -> bool:
        try:
            with layout.client(secrets.admin_token) as client:
                return client.get("/readyz").is_success
        except (httpx.TransportError, OSError):  # OSError: the certificate is not there yet, or half written
            return False

    return Program("kube-apiserver", _command(layout, "kube-apiserver", options), ready=ready)


def controllers(layout: Layout, *, ready: Callable[[], bool]) -> list[Program]:
    """What makes objects come alive: deployments get pods, pods get nodes, and kwok plays the nodes. The last one has the probe."""
    alone = {"kubeconfig": layout.kubeconfig, "leader-elect": "false", "secure-port": 0, "profiling": "false"}
    kwok = {"kubeconfig": layout.kubeconfig, "config": STAGES, "manage-all-nodes": "true", "node-port": 0, **LEASES}
    manager = {**alone, "root-ca-file": layout.credentials.ca}
    return [
        Program("kube-controller-manager", _command(layout, "kube-controller-manager", manager)),
        Program("kube-scheduler", _command(layout, "kube-scheduler", alone)),
        Program("kwok", _command(layout, "kwok", kwok), {"HOME": str(layout.data_dir)}, ready=ready),  # it would also read ~/.kwok
    ]


def _command(layout: Layout, program: str, options: Mapping[str, object]) -> list[str]:
    return [str(layout.binaries / program), *(f"--{name}={value}" for name, value in options.items())]
