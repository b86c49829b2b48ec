"""`autonomy check --server` against the product itself."""

from pathlib import Path

import pytest
import yaml

from cli.main import main
from tests.plugins.world import World
from tests.policies.scenes import granted
from tests.security.scenes import manifest


@pytest.fixture
def file(tmp_path: Path, committed_world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("AUTONOMY_TOKEN", committed_world["ci-payments"].secret)
    path = tmp_path / "web.yaml"
    path.write_text(yaml.safe_dump_all([manifest(), manifest(securityContext={})]))
    return path


def check(server: str, file: Path, *more: str) -> int:
    return main(["check", "--server", server, "--namespace", "payments-dev", *more, str(file)])


def test_it_says_what_submission_would_say(
    committed_world: World, admin_server: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(admin_server, file) == 1
    assert "run-as-non-root" in capsys.readouterr().out

    granted(committed_world)

    assert check(admin_server, file) == 0
    assert "as alice had asked: The image of the vendor runs as root." in capsys.readouterr().out


def test_it_mends_what_the_product_would_refuse(committed_world: World, admin_server: str, file: Path) -> None:
    check(admin_server, file, "--fix")

    assert check(admin_server, file) == 0


def test_it_asks_about_reviews_as_they_are(
    committed_world: World, admin_server: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    review = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview"}
    as_root = manifest(securityContext={})
    update = {"operation": "UPDATE", "object": as_root, "oldObject": manifest(), "userInfo": {"username": "alice"}}
    file.write_text(yaml.safe_dump_all([manifest(), {**review, "request": update}, {**review, "request": update}]))

    assert check(admin_server, file) == 1
    assert capsys.readouterr().out.count("at /request/object/spec/template/spec/containers/0") == 2

    file.write_text(yaml.safe_dump({**review, "request": {"operation": "DELETE", "object": None, "oldObject": as_root}}))
    assert check(admin_server, file) == 0


@pytest.mark.parametrize("form", ["json", "sarif", "junit", "policyreport"])
def test_it_tells_it_in_every_form(
    committed_world: World, admin_server: str, file: Path, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(admin_server, file, "-o", form) == 1

    assert "run-as-non-root" in capsys.readouterr().out
