"""The policies that ship, and a way to write small ones."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from devstack.controlplane.server import ControlPlane
from guidance.judging.compiled import CompiledPolicy, compile_policies, compile_policy
from guidance.policies.load import MAIN_PACK, load_pack
from guidance.policies.policy import parse_policy

HEAD = """\
apiVersion: guidance.autonomy/v1
kind: Policy
metadata: {{name: {name}}}
guidance:
  title: A policy
  rationale: It is needed
  severity: low
  enforcement: {enforcement}
  version: 1.0.0
  owner: security
examples:
  pass: [{{name: nothing, manifest: {{}}}}]
  fail: [{{name: nothing, manifest: {{}}, findings: [{{path: /x}}]}}]
spec:
  failurePolicy: {failure_policy}
  matchConstraints:
    resourceRules:
    - {{apiGroups: ["{group}"], apiVersions: [v1], operations: [{operations}], resources: [{resources}]}}
"""

STAYS = {
    "validatingadmissionpolicies": {
        "paramKind": {"apiVersion": "v1", "kind": "ConfigMap"},
        "matchConstraints": {
            "resourceRules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["nothing"]}]
        },
        "validations": [{"expression": "params != null"}],
    },
    "validatingadmissionpolicybindings": {
        "policyName": "stays",
        "validationActions": ["Deny"],
        "paramRef": {"name": "none", "namespace": "default", "parameterNotFoundAction": "Allow"},
    },
}
Write = Callable[..., CompiledPolicy]


@pytest.fixture(scope="session")
def main_pack() -> tuple[CompiledPolicy, ...]:
    return compile_policies(load_pack(MAIN_PACK))


@pytest.fixture(scope="session")
def main(main_pack: tuple[CompiledPolicy, ...]) -> dict[str, CompiledPolicy]:
    return {policy.name: policy for policy in main_pack}


@pytest.fixture(scope="session")
def config_maps_are_parameters(control_plane: ControlPlane) -> None:
    """An API server forgets parameters of a kind for good when the last policy that takes them is removed. So one stays."""
    with control_plane.client("admin") as admin:
        for kind, spec in STAYS.items():
            path = f"/apis/admissionregistration.k8s.io/v1/{kind}"
            admin.post(path, json={"metadata": {"name": "stays"}, "spec": spec}).raise_for_status()


@pytest.fixture
def write() -> Write:
    """A compiled policy from the rest of its spec."""

    def write(
        spec: str,
        *,
        name: str = "tested",
        group: str = "",
        resources: str = "pods",
        operations: str = "CREATE, UPDATE",
        enforcement: str = "hard-mandatory",
        failure_policy: str = "Fail",
        more_constraints: str = "",
    ) -> CompiledPolicy:
        head = HEAD.format(
            name=name,
            group=group,
            resources=resources,
            operations=operations,
            enforcement=enforcement,
            failure_policy=failure_policy,
        )
        head += f"    {more_constraints}\n" if more_constraints else ""
        return compile_policy(parse_policy(head + indent(dedent(spec), "  "), "tested.yaml"))

    return write


@pytest.fixture
def policy_file(tmp_path: Path) -> Callable[[str], Path]:
    """A file of the folder under test, written from the shipped no-privileged with one text replaced by another."""
    text = (MAIN_PACK / "no-privileged.yaml").read_text()

    def policy_file(old: str = "", new: str = "", name: str = "policy.yaml") -> Path:
        assert old in text
        file = tmp_path / name
        file.write_text(text.replace(old, new, 1))
        return file

    return policy_file
