"""examples/tour.sh, as the README tells people to run it, against the running product."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from audit.keys import new_private_key, private_key, public_text
from devstack import demo_env
from devstack.stack import Options
from tests.plugins.product import Product, started

REPOSITORY = Path(__file__).parents[2]
UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"


@pytest.fixture
def tools() -> None:
    """Skip where the tour cannot run; with REQUIRE_ALL=1 that is a failure."""
    missing = [tool for tool in ("bash", "curl", "jq") if shutil.which(tool) is None]
    if missing and os.environ.get("REQUIRE_ALL") == "1":
        pytest.fail(f"missing: {missing}")
    if missing:
        pytest.skip(f"missing: {missing}")


def test_the_tour_shows_the_three_levels_on_the_sandbox(tools: None, product: Product) -> None:
    look_at(tour(product))
    product.verify_ledger()


def test_the_tour_shows_the_same_on_a_real_control_plane(tools: None, control_plane_programs: None, tmp_path: Path) -> None:
    with started(Options(tmp_path / "data", cluster="control-plane")) as product:
        look_at(tour(product))
        product.verify_ledger()


def test_the_tour_does_not_end_well_where_checkpoints_are_signed_with_another_key(tools: None, product: Product, tmp_path: Path) -> None:
    misled = tmp_path / "demo.env"
    demo_env.update(misled, {**product.demo, "LEDGER_PUBLIC_KEY": public_text(private_key(new_private_key()))})

    done = run(misled)

    assert done.returncode != 0
    assert re.search(
        r"^  FAULT checkpoint 1: it was signed with the key \w+, which is not among the trusted ones$", done.stdout, re.MULTILINE
    )


def tour(product: Product) -> str:
    done = run(product.stack.demo_file)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def run(env_file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "examples/tour.sh", str(env_file)],
        cwd=REPOSITORY, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def look_at(output: str) -> None:
    restarted, refused, mended, approved, denied, ledger = re.split(r"\n\033\[1m(?:Level \d|She|Another|Everything).*\n", output)[1:]

    assert re.search(f"^  request {UUID} is succeeded$", restarted, re.MULTILINE)
    events = re.findall(r"^  \S+Z?  (request\.\w+)  by \S+ \(\w+\)$", restarted, re.MULTILINE)
    assert events == ["request.queued", "request.started", "request.applied", "request.succeeded"]

    policies = set(re.findall(r"^  (\S+) at \S+$", refused, re.MULTILINE))
    assert {"run-as-non-root", "requests-and-limits"} <= policies

    assert re.fullmatch(f"  request {UUID} is succeeded\n", mended)

    assert re.findall(f"^  request {UUID} is (\\w+)$", approved, re.MULTILINE) == ["awaiting_approval", "succeeded"]
    assert "  +kind: NetworkPolicy" in approved
    assert re.search(r"^  Slack was answered with 200 in [\d.]+ s$", approved, re.MULTILINE)

    assert re.findall(f"^  request {UUID} is (\\w+)$", denied, re.MULTILINE) == ["awaiting_approval", "denied"]
    assert '  erin: deny, "Ask for the namespaces that you need, not for all pods."' in denied

    assert re.fullmatch(
        r"  ledger verified: [1-9]\d* events in [1-9]\d* streams, [1-9]\d* checkpoints, \d+ events not yet covered\n", ledger
    ), "with a checkpoint that is signed, and without the remark that signatures were not checked"
