"""Everything that the environment may say, typed; a wrong value stops the start with its name and what it should be."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from audit import keys

INSECURE_KEY = "insecure-development-key-never-use-in-production"


class Environment(BaseSettings):
    """The environment variables of a process; `docs/configuration.md` tells them one by one."""

    model_config = SettingsConfigDict(env_prefix="", extra="ignore", frozen=True, hide_input_in_errors=True)

    autonomy_env: Literal["development", "production"] = "development"
    secret_key: SecretStr = SecretStr(INSECURE_KEY)
    ledger_key: SecretStr = SecretStr("")
    """Ed25519 private key of the ledger's checkpoints: 32 bytes in base64."""
    ledger_checkpoint_file: Path | None = None
    """Checkpoints are appended here too, one JSON object a line: a copy outside the database."""
    database_url: str = "postgresql://autonomy@127.0.0.1:5432/autonomy"
    redis_url: str = "redis://127.0.0.1:6379/0"
    base_url: str = "http://127.0.0.1:8000"
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = ("127.0.0.1", "localhost", "[::1]")
    """Names that the web server answers to besides that of BASE_URL, with commas between them."""
    trusted_proxies: int = Field(default=0, ge=0)
    """How many reverse proxies are in front; from one on, X-Forwarded-Proto is believed."""
    kubeconfig_dir: Path = Path(".run/kubeconfigs")
    """One file per cluster, `<cluster>.yaml`; web processes get read-only credentials, workers get writing ones."""
    slack_bot_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_team_id: str = ""
    slack_api_url: str = "https://slack.com/api/"
    slack_channel: str = ""
    """Channel id that review messages go to where an approval rule names no other."""
    slack_allow_guests: bool = False
    email_host: str = ""
    """SMTP server for those whom Slack does not reach; empty: no e-mail."""
    email_port: int = 25
    email_user: str = ""
    email_password: SecretStr = SecretStr("")
    email_starttls: bool = False
    email_from: str = "autonomy@localhost"
    log_format: Literal["text", "json"] = "text"
    pulse_file: Path | None = None
    """Workers, beat and watcher touch it while they go round: a health check looks at its age."""

    @property
    def production(self) -> bool:
        return self.autonomy_env == "production"

    @property
    def slack_enabled(self) -> bool:
        return bool(self.slack_bot_token.get_secret_value())

    @field_validator("ledger_key")
    @classmethod
    def _signs(cls, key: SecretStr) -> SecretStr:
        if key.get_secret_value():
            keys.private_key(key.get_secret_value())
        return key

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _one_line(cls, value: object) -> object:
        return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wrong = [*self._wrong_of_slack(), *(self._wrong_in_production() if self.production else ())]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _wrong_of_slack(self) -> Iterator[str]:
        if not self.slack_enabled:
            return
        if not self.slack_signing_secret.get_secret_value().strip():
            yield "SLACK_SIGNING_SECRET is empty while SLACK_BOT_TOKEN is set: anybody could forge a click. Set it, or unset the token."
        if not self.slack_team_id:
            yield "SLACK_TEAM_ID is empty while SLACK_BOT_TOKEN is set: clicks of other workspaces could not be told apart."

    def _wrong_in_production(self) -> Iterator[str]:
        key = self.secret_key.get_secret_value()
        if key == INSECURE_KEY or len(key) < 50 or len(set(key)) < 10:
            made_by = "python -c 'import secrets; print(secrets.token_urlsafe(50))'"
            yield f"SECRET_KEY must be set to at least 50 random characters in production: {made_by} makes one."
        if not self.ledger_key.get_secret_value():
            yield "LEDGER_KEY must be set in production (manage.py ledger_key makes one): without it no checkpoint can be signed."
        if not self.base_url.startswith("https://"):
            yield "BASE_URL must start with https:// in production: links in Slack and cookies depend on it."


def load() -> Environment:
    """Read the environment. Ends the process with one line for each thing that is wrong; values, which may be secrets, are not shown."""
    try:
        return Environment()
    except ValidationError as error:
        raise SystemExit("\n".join(_told(one) for one in error.errors(include_input=False))) from None


def _told(error: ErrorDetails) -> str:
    """Whoever looks at several variables names them itself."""
    names = "".join(f"{str(name).upper()}: " for name in error["loc"][:1])
    return names + error["msg"].removeprefix("Value error, ")


environment = load()
