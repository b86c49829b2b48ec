"""What is made once for each data directory and then stays: keys, passwords, tokens."""

import base64
import os
import secrets
from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field


def _password() -> str:
    return secrets.token_urlsafe(18)


def _ledger_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


class Installation(BaseModel):
    """The secrets of one data directory; `secrets.json` (mode 600) holds them."""

    secret_key: str = Field(default_factory=lambda: secrets.token_urlsafe(50))
    ledger_key: str = Field(default_factory=_ledger_key)
    postgres_password: str = Field(default_factory=lambda: secrets.token_hex(16))
    redis_password: str = Field(default_factory=lambda: secrets.token_hex(16))
    slack_bot_token: str = Field(default_factory=lambda: f"xoxb-demo-{secrets.token_hex(12)}")
    slack_signing_secret: str = Field(default_factory=lambda: secrets.token_hex(16))
    cluster_tokens: dict[str, str] = Field(default_factory=lambda: {user: secrets.token_hex(16) for user in ("admin", "web", "worker")})
    """By user."""
    passwords: dict[str, str] = Field(default_factory=dict)
    """Of the demo accounts, by name."""

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read them, or make what is missing."""
        file = directory / "secrets.json"
        known = cls.model_validate_json(file.read_bytes()) if file.exists() else cls()
        known.passwords = {name: known.passwords.get(name) or _password() for name in PEOPLE}
        write_private(file, known.model_dump_json(indent=2))
        return known


PEOPLE = {
    "alice": "developer, team payments",
    "bob": "developer, team search",
    "carol": "platform admin",
    "frank": "platform admin",
    "dave": "security",
    "erin": "security",
    "gina": "auditor: reads everything, changes nothing",
}
"""The demo's people and what they are; the service account ci-payments has no password."""


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
    new.replace(file)
