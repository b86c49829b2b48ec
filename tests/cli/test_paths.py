"""Files, folders and standard input."""

import json

from tests.cli.conftest import GOOD_POD, Check, Write


def files(out: str) -> list[str]:
    return list(dict.fromkeys(one["file"] for one in json.loads(out)["results"]))


def test_folders_are_searched_in_order_and_files_are_read_once(check: Check, write: Write, policies: str) -> None:
    for name in ("k8s/b.yml", "k8s/a/z.json", "k8s/a.yaml", "k8s/notes.txt", "k8s/.git/x.yaml", "k8s/.hidden.yaml", "extra.yaml"):
        write(name, GOOD_POD if not name.endswith("json") else '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, '
              '"spec": {"containers": [{"name": "web", "image": "a:1"}]}}')  # fmt: skip

    done = check("--policy", policies, "extra.yaml", "k8s", "k8s/a.yaml", "-o", "json")

    assert done.code == 0
    assert files(done.out) == ["extra.yaml", "k8s/a.yaml", "k8s/b.yml", "k8s/a/z.json"]


def test_yaml_of_other_tools_is_left_out_of_folders(check: Check, write: Write, policies: str) -> None:
    write("k8s/kustomization.yaml", "resources: [pod.yaml]\n")
    write("k8s/chart/values.yaml", "replicas: 3\n")
    write("k8s/pod.yaml", GOOD_POD)

    assert check("--policy", policies, "k8s").code == 0
    assert check("--policy", policies, "k8s/kustomization.yaml").code == 2


def test_a_folder_without_manifests_is_no_success(check: Check, write: Write, policies: str) -> None:
    write("empty/readme.md", "nothing\n")

    done = check("--policy", policies, "empty")

    assert (done.code, done.err) == (2, "error: empty:1:1: the folder holds no file that ends in .json, .yaml, .yml\n")


def test_standard_input_is_a_dash(check: Check, policies: str) -> None:
    done = check("--policy", policies, "-", "-o", "json", stdin=f"{GOOD_POD}---\n{GOOD_POD}")

    assert (done.code, [one["document"] for one in json.loads(done.out)["results"]]) == (0, [1, 1, 2, 2])
    assert files(done.out) == ["-"]
