"""`autonomy`: the command line client. It speaks REST and knows no Django, so that it starts at once."""

import argparse
import sys
from collections.abc import Sequence
from importlib.metadata import version

DISTRIBUTION = "developer-autonomy-framework"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code: 0 done, 2 wrong usage."""
    parser = argparse.ArgumentParser(prog="autonomy", description="The command line of the Developer Autonomy Framework.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("version", help="print the version of this command")
    parser.parse_args(arguments)
    print(f"autonomy {version(DISTRIBUTION)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
