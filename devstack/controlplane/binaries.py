"""Where the control plane's programs are: the folder `KUBEBUILDER_ASSETS`, else our cache of what was built from `go/`."""

import hashlib
import os
from pathlib import Path

MODULES = Path(__file__).parent / "go"
PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
MISSING = "no control plane: run `make control-plane`"


def binaries() -> Path | None:
    """The folder that has every program, or None where there is none yet."""
    assets = os.environ.get("KUBEBUILDER_ASSETS")
    folders = [Path(assets)] if assets else []
    return next((folder for folder in (*folders, cache_folder()) if _complete(folder)), None)


def cache_folder() -> Path:
    """Where the programs of exactly these `go.mod` and `go.sum` files are kept, outside the checkout, so that clones share them."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return root / "developer-autonomy-framework" / "control-plane" / _digest()


def _complete(folder: Path) -> bool:
    return all(os.access(folder / program, os.X_OK) for program in PROGRAMS)


def _digest() -> str:
    digest = hashlib.sha256()
    for file in sorted(MODULES.glob("*/go.*")):
        content = file.read_bytes()
        digest.update(f"{file.parent.name}/{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]
