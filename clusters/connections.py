"""One gateway per process and cluster, kept for a while where its kubeconfig does not change."""

import os
import re
import time
from threading import Lock

from django.conf import settings

from clusters.errors import NotConfigured
from clusters.gateway import Gateway

READ_AGAIN_SECONDS = 300
"""A token file named in a kubeconfig changes without it: in a pod the kubelet puts a new one there minutes before the old one ends."""

_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_lock = Lock()
_gateways: dict[tuple[int, str], tuple[float, float, Gateway]] = {}


def gateway(cluster: str) -> Gateway:
    """The gateway to this cluster with this process' credential: `KUBECONFIG_DIR/<cluster>.yaml`. Raises NotConfigured."""
    if not _NAME.fullmatch(cluster):
        raise NotConfigured(f"{cluster!r} is no name of a cluster.")
    path = settings.KUBECONFIG_DIR / f"{cluster}.yaml"
    try:
        changed = path.stat().st_mtime
    except OSError as error:
        raise NotConfigured(f"No kubeconfig for the cluster {cluster!r}: put one at {path.absolute()}, or set KUBECONFIG_DIR.") from error
    key = (os.getpid(), str(path))  # a connection shared over a fork would mix up the TLS streams of two processes
    with _lock:
        known = _gateways.get(key)
        now = time.monotonic()
        if known is None or known[0] != changed or now - known[1] >= READ_AGAIN_SECONDS:
            known = _gateways[key] = (changed, now, Gateway.from_kubeconfig(path))
    return known[2]
