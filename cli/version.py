"""`autonomy version`."""

import argparse
from importlib.metadata import version


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 the signature of a command
    print(f"autonomy {installed()}")
    return 0


def installed() -> str:
    """The version of the product that is installed."""
    return version("developer-autonomy-framework")
