"""Whoever installs the package has what the command line imports, and nothing that only the product needs."""

import sys
import tomllib
from pathlib import Path

import grimp

PROJECT = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
IMPORTED_AS = {"cel-expr-python": {"cel_expr_python"}, "pydantic": {"pydantic", "pydantic_core"}, "pyyaml": {"yaml"}}


def test_the_command_line_imports_what_the_package_needs_and_no_more() -> None:
    imports = grimp.build_graph("cli", "guidance", include_external_packages=True, cache_dir=None)
    commands = {module for module in imports.modules if module.split(".")[0] == "cli"}
    reached = commands.union(*(imports.find_upstream_modules(module) for module in commands))
    others = {module for module in reached if imports.is_module_squashed(module)}

    from_elsewhere = others - set(sys.stdlib_module_names)

    assert from_elsewhere == set().union(*(IMPORTED_AS[name] for name in PROJECT["dependencies"]))
