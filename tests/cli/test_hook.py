"""The hooks of .pre-commit-hooks.yaml, run by pre-commit itself. What it would install first, the environment of the tests has."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.cli.conftest import GOOD_POD, POD

HOOKS = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
COMMAND = Path(sys.executable).parent / "autonomy"
OTHERS = {
    ".github/workflows/test.yaml": "on: push\njobs: {}\n",
    "compose.yml": "services: {}\n",
    "package.json": '{"name": "x"}\n',
    "chart/Chart.yaml": "apiVersion: v2\nname: x\n",
    "chart/values.yaml": "# apiVersion: v1\nreplicas: 1\n",
    "k8s/kustomization.yaml": "resources: [pod.yaml]\n",
    "k8s/notes.txt": "apiVersion: v1\n",
}
PreCommit = Callable[[str], "subprocess.CompletedProcess[str]"]


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


@pytest.fixture
def pre_commit(tmp_path: Path) -> PreCommit:
    """Runs a hook on all files of a repository that are known to git."""
    git(tmp_path, "init", "--quiet")

    def pre_commit(hook: str) -> "subprocess.CompletedProcess[str]":
        (found,) = (one for one in yaml.safe_load(HOOKS.read_text()) if one["id"] == hook)
        program, *options = shlex.split(found["entry"])
        assert (program, found["language"]) == ("autonomy", "python")
        here = found | {"language": "unsupported", "entry": shlex.join([str(COMMAND), *options]), "args": ["--pack", "pss-baseline"]}
        (tmp_path / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [here]}]}))
        git(tmp_path, "add", ".")
        command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose", "--color=never"]
        environment = os.environ | {"PRE_COMMIT_HOME": str(tmp_path / ".git" / "pre-commit")}
        return subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120)

    return pre_commit


def put(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_it_looks_at_the_manifests_among_all_files_of_a_repository(pre_commit: PreCommit, tmp_path: Path) -> None:
    put(
        tmp_path, {**OTHERS, "k8s/pod.yaml": GOOD_POD, "other.json": '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}'}
    )

    done = pre_commit("autonomy-check")

    assert done.returncode == 0, done.stdout
    assert "2 objects in 2 files: 0 errors" in done.stdout


def test_a_bad_manifest_fails_with_what_where_and_how_to_mend_it(pre_commit: PreCommit, tmp_path: Path) -> None:
    put(tmp_path, {**OTHERS, "k8s/bad.yaml": POD, "k8s/good.yaml": GOOD_POD})

    done = pre_commit("autonomy-check")

    assert done.returncode == 1
    assert "exit code: 1" in done.stdout
    assert "error[pss-host-namespaces]: The pod uses the node's network (hostNetwork)" in done.stdout
    assert "k8s/bad.yaml:7:16  Pod payments/api" in done.stdout
    assert "= fix: set /spec/hostNetwork: false" in done.stdout
    assert "k8s/good.yaml" not in done.stdout


@pytest.mark.parametrize("text", ["apiversion: v1\nkind: Pod\n", "apiVersion: v1\nkind: Pood\n", "apiVersion: v1\n  kind: [\n"])
def test_what_means_to_be_a_manifest_and_is_none_fails(pre_commit: PreCommit, tmp_path: Path, text: str) -> None:
    put(tmp_path, {"pod.yaml": text})

    done = pre_commit("autonomy-check")

    assert done.returncode == 1
    assert "exit code: 2" in done.stdout
    assert "error: pod.yaml:" in done.stdout


def test_the_other_hook_mends_and_fails_once(pre_commit: PreCommit, tmp_path: Path) -> None:
    put(tmp_path, {**OTHERS, "k8s/bad.yaml": POD})

    first, second = pre_commit("autonomy-fix"), pre_commit("autonomy-fix")

    assert (first.returncode, second.returncode) == (1, 0)
    assert "files were modified by this hook" in first.stdout
    assert (tmp_path / "k8s/bad.yaml").read_text() == POD.replace("true #", "false #")
    assert {name: (tmp_path / name).read_text() for name in OTHERS} == OTHERS


def test_without_any_manifest_there_is_nothing_to_say(pre_commit: PreCommit, tmp_path: Path) -> None:
    put(tmp_path, OTHERS)

    done = pre_commit("autonomy-check")

    assert done.returncode == 0
    assert "0 objects in 0 files" in done.stdout
