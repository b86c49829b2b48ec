"""The settings in processes of their own, as an operator meets them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.config.test_environment import PRODUCTION

REPOSITORY = Path(__file__).parents[2]
NOWHERE = {"PATH": "", "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "ignore", *arguments]
    return subprocess.run(command, cwd=REPOSITORY, env=NOWHERE | variables, capture_output=True, text=True, timeout=60, check=False)


def test_djangos_deployment_check_finds_nothing_in_production() -> None:
    ended = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (ended.returncode, ended.stdout) == (0, "System check identified no issues (3 silenced).\n"), ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("manage.py", "check"),
        ("-m", "celery", "-A", "workers.celery", "beat"),
        ("-c", "import config.wsgi"),
    ],
)
def test_every_kind_of_process_ends_with_the_reason_and_no_traceback(command: tuple[str, ...]) -> None:
    ended = run(*command, **PRODUCTION | {"BASE_URL": "http://autonomy.example.com"})

    assert ended.returncode == 1
    assert ended.stderr == "BASE_URL must start with https:// in production: links in Slack and cookies depend on it.\n"


def test_in_production_cookies_are_secure_and_the_host_of_base_url_is_served() -> None:
    shown = "import config.settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.DEBUG, s.ALLOWED_HOSTS)"

    ended = run("-c", shown, **PRODUCTION, ALLOWED_HOSTS="127.0.0.1")

    assert ended.stdout == "True True False ['autonomy.example.com', '127.0.0.1']\n"


@pytest.mark.parametrize(("proxies", "header"), [("0", "None"), ("1", "('HTTP_X_FORWARDED_PROTO', 'https')")])
def test_the_proxys_word_about_tls_counts_only_where_there_is_a_proxy(proxies: str, header: str) -> None:
    shown = "import config.settings as s; print(s.SECURE_PROXY_SSL_HEADER)"

    ended = run("-c", shown, **PRODUCTION, TRUSTED_PROXIES=proxies)

    assert ended.stdout == f"{header}\n"
