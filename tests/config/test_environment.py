"""What a process says about its environment before it starts."""

import os
from collections.abc import Mapping

import pytest

from config.environment import load

SECRET_KEY = "0123456789" * 5
LEDGER_KEY = "A" * 43 + "="
PRODUCTION = {"AUTONOMY_ENV": "production", "SECRET_KEY": SECRET_KEY, "LEDGER_KEY": LEDGER_KEY, "BASE_URL": "https://autonomy.example.com"}
SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3cret", "SLACK_TEAM_ID": "T1"}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        monkeypatch.delenv(name)


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> list[str]:
    """The lines that it ends with."""
    _set(monkeypatch, variables)
    with pytest.raises(SystemExit) as ended:
        load()
    return str(ended.value.code).splitlines()


def _set(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_nothing_has_to_be_set_in_development() -> None:
    environment = load()

    assert (environment.production, environment.slack_enabled) == (False, False)


def test_production_starts_with_real_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    _set(monkeypatch, PRODUCTION | SLACK)

    environment = load()

    assert (environment.production, environment.slack_enabled) == (True, True)


def test_production_without_anything_tells_all_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = refusal(monkeypatch, AUTONOMY_ENV="production")

    assert [line.split()[0] for line in lines] == ["SECRET_KEY", "LEDGER_KEY", "BASE_URL"]


@pytest.mark.parametrize("key", ["insecure-development-key-never-use-in-production", "0123456789" * 4, "k" * 50, ""])
def test_production_refuses_a_secret_key_that_can_be_guessed(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    (line,) = refusal(monkeypatch, **PRODUCTION | {"SECRET_KEY": key})

    assert line.startswith("SECRET_KEY must be set to at least 50 random characters in production: ")


def test_production_refuses_an_address_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = refusal(monkeypatch, **PRODUCTION | {"BASE_URL": "http://autonomy.example.com"})

    assert line == "BASE_URL must start with https:// in production: links in Slack and cookies depend on it."


@pytest.mark.parametrize(
    ("key", "line"),
    [
        ("not base64!", "LEDGER_KEY: A ledger key is 32 bytes in base64 (manage.py ledger_key makes one)."),
        ("c2hvcnQ=", "LEDGER_KEY: A ledger key has 32 bytes, this one 5 (manage.py ledger_key makes one)."),
    ],
)
def test_a_ledger_key_that_cannot_sign_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, key: str, line: str) -> None:
    assert refusal(monkeypatch, LEDGER_KEY=key) == [line]


@pytest.mark.parametrize("secret", ["", "   "])
@pytest.mark.parametrize("env", ["development", "production"])
def test_slack_without_a_signing_secret_is_refused(monkeypatch: pytest.MonkeyPatch, env: str, secret: str) -> None:
    (line,) = refusal(monkeypatch, **PRODUCTION | SLACK | {"AUTONOMY_ENV": env, "SLACK_SIGNING_SECRET": secret})

    assert line.startswith("SLACK_SIGNING_SECRET is empty while SLACK_BOT_TOKEN is set: ")


def test_slack_without_a_workspace_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = refusal(monkeypatch, **SLACK | {"SLACK_TEAM_ID": ""})

    assert line.startswith("SLACK_TEAM_ID is empty while SLACK_BOT_TOKEN is set: ")


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("AUTONOMY_ENV", "prod", "AUTONOMY_ENV: Input should be 'development' or 'production'"),
        ("TRUSTED_PROXIES", "-1", "TRUSTED_PROXIES: Input should be greater than or equal to 0"),
        ("TRUSTED_PROXIES", "one", "TRUSTED_PROXIES: Input should be a valid integer, unable to parse string as an integer"),
        ("EMAIL_PORT", "smtp", "EMAIL_PORT: Input should be a valid integer, unable to parse string as an integer"),
        ("LOG_FORMAT", "xml", "LOG_FORMAT: Input should be 'text' or 'json'"),
        ("SLACK_ALLOW_GUESTS", "perhaps", "SLACK_ALLOW_GUESTS: Input should be a valid boolean, unable to interpret input"),
    ],
)
def test_a_wrong_value_names_its_variable(monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str) -> None:
    assert refusal(monkeypatch, **{name: value}) == [line]


def test_hosts_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "127.0.0.1, autonomy.internal,")

    assert load().allowed_hosts == ("127.0.0.1", "autonomy.internal")


def test_a_secret_is_in_no_refusal_and_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    secrets = {"SECRET_KEY": "hunter2", "SLACK_BOT_TOKEN": "xoxb-hunter2", "EMAIL_PASSWORD": "hunter2", "LEDGER_KEY": "hunter2"}

    lines = refusal(monkeypatch, AUTONOMY_ENV="production", **secrets)
    monkeypatch.setenv("LEDGER_KEY", LEDGER_KEY)
    lines += refusal(monkeypatch)
    _set(monkeypatch, PRODUCTION | SLACK)

    assert len(lines) > 2
    assert "hunter2" not in " ".join(lines)
    assert "hunter2" not in repr(load())
