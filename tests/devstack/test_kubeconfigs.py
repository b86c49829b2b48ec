"""One's own current context, minimised."""

from pathlib import Path

import pytest
import yaml

from devstack import kubeconfigs
from devstack.processes import Failure


def kubeconfig(current: str | None, *names: str, **user: str) -> str:
    return yaml.safe_dump(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": current,
            "clusters": [
                {"name": name, "cluster": {"server": f"https://{name}.example", "certificate-authority": "ca.crt"}} for name in names
            ],
            "users": [{"name": name, "user": {"token": f"token of {name}", **user}} for name in names],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name, "namespace": "default"}} for name in names],
        }
    )


def test_only_the_current_context_is_taken_with_paths_that_work_from_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(kubeconfig("staging", "staging", "production"))

    own = kubeconfigs.own_context({"KUBECONFIG": str(tmp_path / "config")})

    assert own.current == "staging"
    assert "production" not in own.text()
    assert yaml.safe_load(own.text()) == {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "staging",
        "clusters": [{"name": "staging", "cluster": {"server": "https://staging.example", "certificate-authority": f"{tmp_path}/ca.crt"}}],
        "users": [{"name": "staging", "user": {"token": "token of staging"}}],
        "contexts": [{"name": "staging", "context": {"cluster": "staging", "user": "staging"}}],
    }


def test_the_first_of_several_files_wins(tmp_path: Path) -> None:
    (tmp_path / "one").write_text(kubeconfig(None, "staging", token="from the first file"))
    (tmp_path / "two").write_text(kubeconfig("staging", "staging"))

    own = kubeconfigs.own_context({"KUBECONFIG": f"{tmp_path}/one:{tmp_path}/absent:{tmp_path}/two"})

    assert own.users[0].user["token"] == "from the first file"


def test_without_a_current_context_it_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(kubeconfig(None, "staging"))

    with pytest.raises(Failure, match=r"^No current context in your kubeconfig: choose one"):
        kubeconfigs.own_context({"KUBECONFIG": str(tmp_path / "config")})


def test_a_file_that_is_no_kubeconfig_is_named(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("- a\n- list\n")

    with pytest.raises(Failure, match=r"config is no kubeconfig that can be read: "):
        kubeconfigs.own_context({"KUBECONFIG": str(tmp_path / "config")})


@pytest.mark.parametrize(
    ("context", "slug"),
    [("kind-dev", "kind-dev"), ("arn:aws:eks:eu-1:12:cluster/Blue", "arn-aws-eks-eu-1-12-cluster-blue"), ("---", "cluster")],
)
def test_a_context_becomes_a_name_for_the_cluster(context: str, slug: str) -> None:
    assert kubeconfigs.slug(context) == slug
