"""Files, folders and standard input."""

import errno
import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from textwrap import indent

import pytest

from cli.manifests import files as manifest_files
from tests.cli.conftest import GOOD_POD, POD, Check, Write


def files(out: str) -> list[str]:
    return list(dict.fromkeys(one["file"] for one in json.loads(out)["results"]))


def test_folders_are_searched_in_order_and_files_are_read_once(check: Check, write: Write, policies: str) -> None:
    for name in ("k8s/b.yml", "k8s/a/z.json", "k8s/a.yaml", "k8s/notes.txt", "k8s/.git/x.yaml", "k8s/.hidden.yaml", "extra.yaml"):
        write(name, GOOD_POD if not name.endswith("json") else '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, '
              '"spec": {"containers": [{"name": "web", "image": "a:1"}]}}')  # fmt: skip

    done = check("--policy", policies, "extra.yaml", "k8s", "k8s/a.yaml", "./extra.yaml", "k8s/../extra.yaml", "./k8s", "-o", "json")

    assert done.code == 0
    assert files(done.out) == ["extra.yaml", "k8s/a.yaml", "k8s/b.yml", "k8s/a/z.json"]


def test_yaml_of_other_tools_is_left_out_of_folders(check: Check, write: Write, policies: str) -> None:
    write("k8s/kustomization.yaml", "resources: [pod.yaml]\n")
    write("k8s/chart/values.yaml", "replicas: 3\n")
    write("k8s/pod.yaml", GOOD_POD)

    assert check("--policy", policies, "k8s").code == 0
    assert check("--policy", policies, "k8s/kustomization.yaml").code == 2


def test_files_that_are_not_for_kubernetes_are_passed_over_where_that_is_asked_for(check: Check, write: Write, policies: str) -> None:
    write("compose.yaml", "services: {}\n")
    write("values.yaml", "# apiVersion: v1\nreplicas: 3\n")
    write("chart/Chart.yaml", "apiVersion: v2\nname: x\n")
    write(
        "pod.json",
        '{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "a:1"}]}}',
    )
    write("review.yaml", f"request:\n{indent(GOOD_POD, '  ')}")
    (write("latin.yaml", "")).write_bytes(b"name: \xe4\n")
    given = ("compose.yaml", "values.yaml", "chart/Chart.yaml", "pod.json", "review.yaml", "latin.yaml")

    done = check("--policy", policies, "--skip-others", *given, "-o", "json")

    assert files(done.out) == ["pod.json"]
    assert [one["file"] for one in json.loads(done.out)["problems"]] == ["review.yaml", "latin.yaml"]
    assert (done.code, check("--policy", policies, "--skip-others", *given[:4]).code) == (2, 0)


def test_a_folder_without_manifests_is_no_success(check: Check, write: Write, policies: str) -> None:
    write("empty/readme.md", "nothing\n")

    done = check("--policy", policies, "empty")

    assert (done.code, done.err) == (2, "error: empty:1:1: the folder holds no file that ends in .json, .yaml, .yml\n")


def test_standard_input_is_a_dash(check: Check, policies: str) -> None:
    done = check("--policy", policies, "-", "-o", "json", stdin=f"{GOOD_POD}---\n{GOOD_POD}")

    assert (done.code, [one["document"] for one in json.loads(done.out)["results"]]) == (0, [1, 1, 2, 2])
    assert files(done.out) == ["-"]


def test_links_to_folders_are_followed_once(check: Check, write: Write, policies: str, tmp_path: Path) -> None:
    write("shared/a.yaml", GOOD_POD)
    write("k8s/b.YAML", GOOD_POD)
    (tmp_path / "k8s/more").symlink_to("../shared")
    (tmp_path / "k8s/again").symlink_to("../shared")
    (tmp_path / "k8s/self").symlink_to(".")
    (tmp_path / "shared/back").symlink_to("../k8s")

    done = check("--policy", policies, "k8s", "-o", "json")

    assert (done.code, done.err, files(done.out)) == (0, "", ["k8s/b.YAML", "k8s/again/a.yaml"])


def test_a_link_that_leads_to_what_is_around_it_is_told(check: Check, write: Write, policies: str, tmp_path: Path) -> None:
    write("all/k8s/a.yaml", GOOD_POD)
    (tmp_path / "all/k8s/up").symlink_to("..")

    done = check("--policy", policies, "all/k8s")

    assert (done.code, done.err) == (
        2,
        "error: all/k8s/up:1:1: this link leads to a folder around its own and is not followed: give that folder in place of this one\n",
    )
    assert check("--policy", policies, "all").code == 0


def test_a_pipe_in_a_folder_is_told_and_not_waited_for(check: Check, write: Write, policies: str, tmp_path: Path) -> None:
    write("k8s/a.yaml", GOOD_POD)
    os.mkfifo(tmp_path / "k8s/pipe.yaml")

    done = check("--policy", policies, "k8s")

    assert (done.code, done.out.splitlines()[-1]) == (
        2,
        "1 object in 1 file: 0 errors, 0 pieces of advice, 2 passed. 1 problem kept something from being judged.",
    )
    assert done.err.startswith("error: k8s/pipe.yaml:1:1: is a pipe or a device, which may have no end")


def test_a_pipe_that_is_named_is_read(check: Check, policies: str, tmp_path: Path) -> None:
    """As shells make them: `autonomy check <(helm template chart)`."""
    os.mkfifo(tmp_path / "pipe")
    with ThreadPoolExecutor() as pool:
        pool.submit((tmp_path / "pipe").write_text, GOOD_POD)

        assert check("--policy", policies, "pipe").code == 0


def test_a_folder_that_cannot_be_read_is_told(
    check: Check, write: Write, policies: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("k8s/a.yaml", GOOD_POD)
    write("k8s/secret/b.yaml", GOOD_POD)

    list_folder = os.listdir

    def listed(folder: str) -> list[str]:
        if folder == "k8s/secret":  # the tests may run as root, who may read everything
            raise PermissionError(errno.EACCES, "Permission denied")
        return list_folder(folder)

    monkeypatch.setattr(manifest_files.os, "listdir", listed)

    assert (done := check("--policy", policies, "k8s")).code == 2
    assert done.err == "error: k8s/secret:1:1: cannot be read: Permission denied\n"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_read_by_its_byte_order_mark(check: Check, tmp_path: Path, policies: str, encoding: str) -> None:
    """PowerShell's `>` writes it: manifests and baselines alike."""
    (tmp_path / "pod.yaml").write_bytes(f"\ufeff{POD}".encode(encoding))
    baseline = check("--policy", policies, "pod.yaml", "-o", "json").out
    (tmp_path / "known.json").write_bytes(f"\ufeff{baseline}".encode(encoding))

    assert baseline.count('"result": "fail"') == 2
    assert check("--policy", policies, "--baseline", "known.json", "pod.yaml").code == 0


def test_what_is_no_utf_16_is_told_with_its_line(check: Check, tmp_path: Path, policies: str) -> None:
    (tmp_path / "a.yaml").write_bytes("\ufeffa: 1\nb: ".encode("utf-16-le") + b"\x00\xd8")

    assert check("--policy", policies, "a.yaml").err == "error: a.yaml:2:1: is not UTF-16-LE text\n"


TOO_LONG = "x" * 300 + ".yaml"
"""No file can be called that: whoever asks for it gets an error, and not that it is not there."""


def test_a_path_that_cannot_be_looked_at_is_told(check: Check, write: Write, policies: str, tmp_path: Path) -> None:
    write("k8s/a.yaml", GOOD_POD)
    (tmp_path / "k8s/link.yaml").symlink_to(TOO_LONG)

    done = check("--policy", policies, "k8s", TOO_LONG)

    assert done.code == 2
    assert (
        done.err
        == f"error: k8s/link.yaml:1:1: cannot be read: File name too long\nerror: {TOO_LONG}:1:1: cannot be read: File name too long\n"
    )
    assert "1 object in 1 file" in done.out


def test_a_policy_that_cannot_be_looked_at_is_told(check: Check, autonomy: Check, policies: str, tmp_path: Path) -> None:
    told = f"error: {TOO_LONG}:1:1: cannot be read: File name too long\n"
    (tmp_path / policies / "link").symlink_to(TOO_LONG)

    assert (done := check("--policy", TOO_LONG, "-")).err == told
    assert done.code == 2
    assert check("--policy", policies, "-", stdin=GOOD_POD).code == 0
    assert (autonomy("policies", "test", TOO_LONG).code, autonomy("policies", "show", TOO_LONG).code) == (2, 2)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that everybody sees and nobody reads")
def test_a_policy_that_cannot_be_read_is_told(check: Check) -> None:
    done = check("--policy", "/proc/self/mem", "-")

    assert (done.code, done.err) == (2, "error: /proc/self/mem:1:1: cannot be read: Input/output error\n")
