"""Ports: which are free, and which this data directory used before."""

import json
import socket
from pathlib import Path


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def remembered_ports(file: Path, names: tuple[str, ...]) -> dict[str, int]:
    """A port for each name: the one of last time unless somebody took it meanwhile, else a new one, remembered in `file`."""
    before: dict[str, int] = json.loads(file.read_text()) if file.exists() else {}
    ports = {name: before[name] if name in before and is_free(before[name]) else free_port() for name in names}
    file.write_text(json.dumps(before | ports, indent=2))
    return ports
