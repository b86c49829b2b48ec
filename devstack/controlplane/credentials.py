"""The control plane's secrets, made once per data directory, and the kubeconfig files that hold them."""

import secrets
from base64 import b64encode
from pathlib import Path

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


class Credentials:
    """Files that kube-apiserver reads; `ca` and the server's key are written by itself at its first start."""

    def __init__(self, data_dir: Path) -> None:
        folder = data_dir / "credentials"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self.ca = folder / "apiserver.crt"
        self.tokens = folder / "tokens.csv"
        self.service_account_key = folder / "service-account.key"
        if not self.service_account_key.exists():
            write_secret(self.service_account_key, _new_key())
        if not self.tokens.exists():
            write_secret(self.tokens, f'{secrets.token_urlsafe(32)},admin,admin,"system:masters"\n')
        self.admin_token = self.tokens.read_text().split(",", 1)[0]


def kubeconfig(*, url: str, ca: Path, user: str, token: str) -> str:
    """A kubeconfig file that needs no other file."""
    name = "autonomy"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": url, "certificate-authority-data": b64encode(ca.read_bytes()).decode()}}],
        "users": [{"name": user, "user": {"token": token}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": user}}],
    }
    return yaml.safe_dump(config, sort_keys=False)


def write_secret(file: Path, text: str) -> None:
    """Write it for the owner's eyes only; a reader sees the old file or the new one, never a part."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text)
    new.replace(file)


def _new_key() -> str:
    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        .decode()
    )
