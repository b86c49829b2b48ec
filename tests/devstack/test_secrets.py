"""What is made once per data directory, and demo.env."""

import base64
import subprocess
from pathlib import Path

from devstack import demo_env
from devstack.installation import PEOPLE, Installation


def test_secrets_are_made_once_and_are_their_owners_alone(tmp_path: Path) -> None:
    first = Installation.load(tmp_path)

    assert Installation.load(tmp_path) == first
    assert Installation.load(tmp_path / ".." / tmp_path.name) == first
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_two_installations_share_no_secret(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = Installation.load(tmp_path / "one"), Installation.load(tmp_path / "two")

    assert one.secret_key != two.secret_key
    assert one.ledger_key != two.ledger_key
    assert not set(one.passwords.values()) & set(two.passwords.values())


def test_the_ledgers_key_has_32_bytes(tmp_path: Path) -> None:
    assert len(base64.b64decode(Installation.load(tmp_path).ledger_key, validate=True)) == 32


def test_every_person_of_the_demo_has_a_password(tmp_path: Path) -> None:
    passwords = Installation.load(tmp_path).passwords

    assert set(passwords) == set(PEOPLE)
    assert len(set(passwords.values())) == len(PEOPLE)


def test_demo_env_keeps_what_is_not_set_anew(tmp_path: Path) -> None:
    file = tmp_path / "demo.env"
    demo_env.update(file, {"AUTONOMY_URL": "http://127.0.0.1:8000", "ALICE_TOKEN": "secret"})
    demo_env.update(file, {"AUTONOMY_URL": "http://127.0.0.1:9000"})

    assert demo_env.read(file) == {"AUTONOMY_URL": "http://127.0.0.1:9000", "ALICE_TOKEN": "secret"}
    assert file.stat().st_mode & 0o777 == 0o600


def test_demo_env_can_be_sourced_whatever_the_values_are(tmp_path: Path) -> None:
    file = tmp_path / "demo.env"
    value = "a b'c\"d$HOME`id`"
    demo_env.update(file, {"ODD": value})

    shown = subprocess.run(["bash", "-c", f'source {file}; printf %s "$ODD"'], capture_output=True, text=True, check=True)

    assert shown.stdout == value
    assert demo_env.read(file) == {"ODD": value}
