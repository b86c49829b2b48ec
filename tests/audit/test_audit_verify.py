"""The command: what a superuser altered behind the triggers is named, in the database and offline from an export alone."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as product
from django.core.management import CommandError, call_command
from pytest_django import Settings

from approvals.services import decide
from audit.models import Event
from audit.services.checkpoint import checkpoint
from autonomy.models import ActionRequest
from tests.audit.scenes import PRIVATE, PUBLIC, as_superuser
from tests.plugins.world import World


@pytest.fixture
def told(settings: Settings, tmp_path: Path) -> Path:
    settings.LEDGER_KEY = PRIVATE
    settings.LEDGER_CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"
    return tmp_path / "checkpoints.jsonl"


@pytest.fixture
def request_(told: Path, committed_world: World) -> ActionRequest:
    """A denied request; all of its events are covered."""
    request = committed_world.waiting(committed_world["alice"])
    decide.deny(request.id, actor=committed_world["carol"].actor(), comment="Not now.")
    checkpoint()
    return committed_world.fresh(request)


def run(command: str, *arguments: str) -> str:
    out = StringIO()
    try:
        call_command(command, *arguments, stdout=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}"
    return out.getvalue()


def exported(tmp_path: Path) -> str:
    path = tmp_path / "export.jsonl"
    path.write_text(run("audit_export"))
    return str(path)


def test_a_whole_ledger_is_verified(request_: ActionRequest) -> None:
    events = Event.objects.count()

    assert run("audit_verify").splitlines()[-1].startswith(f"ledger verified: {events} events in ")


def test_a_row_that_a_superuser_altered_is_named_and_the_exit_code_tells(request_: ActionRequest, own_database: str) -> None:
    assert as_superuser("UPDATE audit_event SET type = 'request.approved' WHERE stream = %s AND seq = 3", request_.id) == 1

    environment = {**os.environ, "LEDGER_KEY": PRIVATE, "DATABASE_URL": own_database}
    command = [sys.executable, "manage.py", "audit_verify"]
    ended = subprocess.run(command, cwd=product.BASE_DIR, env=environment, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert ended.stdout.splitlines() == [
        f"FAULT event {request_.id} #3 (request.approved): its column type was altered, the body says 'request.denied'"
    ]
    assert ended.stderr.startswith("CommandError: 1 faults; ")


def test_the_same_is_found_offline_from_the_export_alone(request_: ActionRequest, tmp_path: Path) -> None:
    as_superuser("UPDATE audit_event SET actor_name = 'dave' WHERE stream = %s AND seq = 3", request_.id)
    export = exported(tmp_path)
    as_superuser("TRUNCATE audit_event CASCADE")

    answer = run("audit_verify", "--file", export, "--public-key", PUBLIC)

    assert answer.splitlines()[0] == (
        f"FAULT event {request_.id} #3 (request.denied): its column actor_name was altered, the body says 'carol'"
    )


def test_an_export_that_nobody_touched_is_verified_offline(request_: ActionRequest, told: Path, tmp_path: Path) -> None:
    answer = run("audit_verify", "--file", exported(tmp_path), "--public-key", PUBLIC, "--published", str(told))

    assert answer.startswith("ledger verified: ")


def test_a_status_that_was_altered_on_the_request_and_its_event_is_found(request_: ActionRequest) -> None:
    as_superuser("UPDATE audit_event SET status = 'succeeded' WHERE stream = %s AND seq = 3", request_.id)
    as_superuser("UPDATE autonomy_actionrequest SET status = 'succeeded' WHERE id = %s", request_.id)

    assert "its column status was altered, the body says 'denied'" in run("audit_verify")


def test_an_event_that_was_removed_from_the_end_is_missed(request_: ActionRequest) -> None:
    as_superuser("DELETE FROM audit_covered WHERE event_id = (SELECT id FROM audit_event WHERE stream = %s AND seq = 3)", request_.id)
    as_superuser("DELETE FROM audit_event WHERE stream = %s AND seq = 3", request_.id)

    faults = [line for line in run("audit_verify").splitlines() if line.startswith("FAULT")]

    assert faults[1:] == [
        f"FAULT action request {request_.id}: it says that its last event is #3, the ledger ends with #2, or with another hash"
    ]
    assert faults[0].startswith("FAULT checkpoint 1: it was made over ")


def test_an_export_of_something_else_is_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "export.jsonl"
    path.write_text('{"record": "event", "stream": 1}\n')

    with pytest.raises(CommandError, match="line 1: not a record of an export"):
        call_command("audit_verify", "--file", str(path))


def test_published_checkpoints_that_are_not_there_are_not_passed_over(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no such file"):
        call_command("audit_verify", "--published", str(tmp_path / "nothing.jsonl"))
