"""docs/configuration.md, the compose file and the image tell of the same variables and packages as the code."""

import re
import tomllib
from pathlib import Path

import yaml
from pydantic import SecretStr

from config.environment import INSECURE_KEY, Environment

REPOSITORY = Path(__file__).parents[2]
ROW = re.compile(r"^\| `([A-Z_]+)` \|\s*(.*?)\s*\| (.+) \|$", re.MULTILINE)


def documented() -> list[tuple[str, str]]:
    """Names and defaults."""
    return [(name, default.strip("`")) for name, default, _ in ROW.findall((REPOSITORY / "docs/configuration.md").read_text())]


def told(default: object) -> str:
    """A default as the page writes it."""
    plain = default.get_secret_value() if isinstance(default, SecretStr) else default
    match plain:
        case None:
            return ""
        case str() if plain == INSECURE_KEY:
            return "a fixed insecure one"
        case bool():
            return str(plain).lower()
        case tuple():
            return ",".join(plain)
    return str(plain)


def test_each_variable_is_documented_once_with_its_default() -> None:
    known = [(name.upper(), told(field.default)) for name, field in Environment.model_fields.items()]

    assert sorted(documented()) == sorted(known)


def test_the_compose_file_sets_variables_that_exist() -> None:
    compose = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())

    assert set(compose["x-environment"]) - {name for name, _ in documented()} == set()


def test_the_image_holds_the_apps_of_the_product_and_no_tools() -> None:
    packages = set(tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"])
    let_in = {line.strip("!/") for line in (REPOSITORY / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert let_in == packages - {"cli", "devstack"} | {"manage.py", "requirements/runtime.txt"}


def test_what_the_image_leaves_out_is_not_imported_by_what_it_holds() -> None:
    kept = [REPOSITORY / package for package in ("accounts", "api", "approvals", "audit", "autonomy", "clusters", "config")]
    kept += [REPOSITORY / package for package in ("guidance", "notifications", "workers")]
    left_out = re.compile(r"^\s*(from|import) (devstack|tests|cli|clusters\.sandbox|notifications\.sandbox)\b", re.MULTILINE)

    files = [file for folder in kept for file in folder.rglob("*.py") if "sandbox" not in file.parts]

    assert [file for file in files if left_out.search(file.read_text())] == []
