"""The command in this process, and small policies to give it."""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent

import pytest

from cli.main import main

HEAD = """\
apiVersion: guidance.autonomy/v1
kind: Policy
metadata: {{name: {name}}}
guidance:
  title: What {name} is about
  rationale: It is needed.
  severity: {severity}
  enforcement: {enforcement}
  version: 1.0.0
  owner: security
  controls: [CIS-1]
spec:
  failurePolicy: {failure_policy}
  matchConstraints:
    resourceRules:
    - {{apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [{resources}]}}
"""
TAIL = """\
examples:
  pass: [{name: nothing, manifest: {}}]
  fail: [{name: nothing, manifest: {}, findings: [{path: /x}]}]
"""
NO_HOST_NETWORK = """
validations:
- expression: "!object.spec.?hostNetwork.orValue(false)"
  message: The pod uses the node's network.
  path: /spec/hostNetwork
  expected: false
  fix: [{set: /spec/hostNetwork, value: false}]
"""
PINNED = """
validations:
- each: containers
  expression: '!container.?image.orValue("").endsWith(":latest")'
  message: The image can be another one tomorrow.
  path: /image
  expected: a fixed tag
"""
POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: api
  namespace: payments
spec:
  hostNetwork: true # so that it is reached
  containers:
  - name: web
    image: nginx:latest
"""
GOOD_POD = POD.replace("true # so", "false # so").replace("latest", "1.27.3")


@dataclass(frozen=True)
class Done:
    """What a run of the command left."""

    code: int
    out: str
    err: str


Check = Callable[..., Done]
Write = Callable[[str, str], Path]
WritePolicy = Callable[..., Path]


@pytest.fixture
def check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Check:
    """`autonomy check` with these arguments, in the folder of the files that the test writes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))

    def check(*arguments: str, stdin: str = "") -> Done:
        capsys.readouterr()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        try:
            code = main(["check", *arguments])
        except SystemExit as error:
            code = int(str(error.code))
        return Done(code, *capsys.readouterr())

    return check


@pytest.fixture
def autonomy(capsys: pytest.CaptureFixture[str]) -> Check:
    """`autonomy` with these arguments."""

    def autonomy(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(arguments)
        return Done(code, *capsys.readouterr())

    return autonomy


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A file with this text."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
        return file

    return write


@pytest.fixture
def policy(write: Write) -> WritePolicy:
    """A policy file from the rest of its spec."""

    def policy(
        spec: str,
        *,
        name: str = "tested",
        enforcement: str = "soft-mandatory",
        severity: str = "high",
        failure_policy: str = "Fail",
        resources: str = "pods",
    ) -> Path:
        head = HEAD.format(name=name, enforcement=enforcement, severity=severity, failure_policy=failure_policy, resources=resources)
        return write(f"policies/{name}.yaml", head + indent(dedent(spec).strip("\n"), "  ") + "\n" + TAIL)

    return policy


@pytest.fixture
def policies(policy: WritePolicy) -> str:
    """A folder of two policies: no-host-network, which can be mended, and pinned, which cannot."""
    policy(NO_HOST_NETWORK, name="no-host-network")
    return str(policy(PINNED, name="pinned", severity="medium").parent.name)
