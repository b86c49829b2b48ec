"""The processes of docker-compose.yml, with its commands, variables and health checks: they start, get healthy, and end when asked to."""

import base64
import os
import re
import secrets
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from devstack.programs import PROCESSES
from guidance.models import NamespaceReport
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import World
from workers.celery import QUEUES, app

REPOSITORY = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = {
    name: one for name, one in COMPOSE["services"].items() if one.get("healthcheck") == COMPOSE["x-pulse"]
}
"""Those that run without a port."""
VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}")
PATIENCE_SECONDS = 60


def filled_in(text: object, values: dict[str, str]) -> str:
    """As compose does: a default where there is one, else what has to be set."""
    return VARIABLE.sub(lambda found: found[2] if found[2] is not None else values[found[1]], str(text))


def queues(command: list[str]) -> list[str]:
    return command[command.index("-Q") + 1].split(",") if "-Q" in command else []


def credential(service: dict[str, Any]) -> str | None:
    found = re.search(r"kubeconfigs/(web|worker)\b", str(service.get("volumes", "")))
    return found[1] if found else None


def comes(true: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


@pytest.fixture
def variables(own_database: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    """What compose would set, but for the addresses of database and broker and the places of files."""
    key = Ed25519PrivateKey.generate().private_bytes_raw()
    keys = {"SECRET_KEY": secrets.token_urlsafe(50), "LEDGER_KEY": base64.b64encode(key).decode()}
    values = {**keys, "BASE_URL": "https://autonomy.example.com", "POSTGRES_PASSWORD": "", "REDIS_PASSWORD": ""}
    set_by_compose = {name: filled_in(value, values) for name, value in COMPOSE["x-environment"].items()}
    here = {"DATABASE_URL": own_database, "REDIS_URL": redis_url, "LEDGER_CHECKPOINT_FILE": str(tmp_path / "checkpoints.jsonl")}
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "HOME") if name in os.environ}
    return {**kept, **set_by_compose, **here, "PULSE_FILE": str(tmp_path / "pulse")}


@contextmanager
def running(name: str, variables: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    program, *arguments = SERVICES[name]["command"]
    assert program == "python"
    with subprocess.Popen([sys.executable, *arguments], cwd=REPOSITORY, env=variables) as process:
        try:
            yield process
        finally:
            process.kill()


def healthy(name: str, variables: dict[str, str]) -> bool:
    kind, check = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    return subprocess.run(["sh", "-c", check.replace("$$", "$")], env=variables, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("name", SERVICES)
def test_it_starts_gets_healthy_and_ends_when_asked(name: str, variables: dict[str, str]) -> None:
    with running(name, variables) as process:
        assert comes(lambda: healthy(name, variables) or process.poll() is not None)
        assert process.poll() is None

        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=int(SERVICES[name]["stop_grace_period"].removesuffix("s"))) == 0


def test_the_scan_that_beat_asks_for_reaches_insights_which_writes_the_reports(
    committed_world: World, variables: dict[str, str], demo_cluster: SandboxCluster
) -> None:
    due = app.conf.beat_schedule["scan"]
    folder = demo_cluster.kubeconfig_dir / str(credential(SERVICES["worker-insights"]))
    with running("worker-insights", {**variables, "KUBECONFIG_DIR": str(folder)}) as process:
        app.send_task(due["task"], **due["options"])

        assert comes(lambda: NamespaceReport.objects.count() == 5 or process.poll() is not None)
        assert NamespaceReport.objects.get(namespace__name="payments-prod").summary["pass"] > 0

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0


def test_each_queue_has_a_service_of_its_own() -> None:
    assert sorted(queue for service in SERVICES.values() for queue in queues(service["command"])) == sorted(QUEUES)


def test_make_up_runs_the_same_processes_with_the_same_credentials() -> None:
    ours = {queue: process.credential for process in PROCESSES for queue in queues(list(process.arguments))}
    reads = {queue: credential(service) for service in SERVICES.values() for queue in queues(service["command"])}

    assert reads == {**ours, "notifications": None}  # which needs no cluster
    others = {process.name for process in PROCESSES if not queues(list(process.arguments))}
    assert others == {"web", "beat", "watcher"} == {name for name in COMPOSE["services"] if name in others}


def test_the_document_tells_of_each_process_how_it_is_started() -> None:
    text = (REPOSITORY / "docs/deployment.md").read_text()
    rows = [row for row in text.splitlines() if row.startswith("| ")]

    for queue in QUEUES:
        assert sum(f"`{queue}`" in row and f"-Q {queue}" in row for row in rows) == 1, queue
    for name in ("beat", "watcher"):
        (row,) = (row for row in rows if row.startswith(f"| {name} "))
        assert f"`{shlex.join(SERVICES[name]['command'])}`" in row
