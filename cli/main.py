"""`autonomy`: the command line client. It knows no Django, and loads a command only when it is asked for, so that it starts at once."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from cli import streams
from cli.check.options import add_options as add_check_options
from cli.policies.options import add_options as add_policies_options

COMMANDS = {"check": "cli.check.command", "policies": "cli.policies.command", "version": "cli.version"}
"""Modules, each with a function `run` from options to an exit code."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the answer is the exit code: 0 done, 2 wrong usage or what kept it from its work, else the command's own."""
    streams.prepare()
    options = _parser().parse_args(arguments)
    try:
        code: int = import_module(COMMANDS[options.command]).run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # `autonomy … | head`
        streams.drop()
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:  # a full disk, a file that may not be looked at
        streams.refuse(f"{error.filename}: {error.strerror}" if error.filename else f"cannot go on: {error.strerror or error}")
        return 2
    except Exception as error:  # a fault of this command is no violation, which 1 would say
        import traceback  # takes long to load, and should never be needed

        traceback.print_exc()
        raise SystemExit(2) from error
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="autonomy", description="The command line of the Developer Autonomy Framework.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    check = commands.add_parser("check", help="judge manifests by policies", description="Judge Kubernetes manifests by policies.")
    add_check_options(check)
    policies = commands.add_parser("policies", help="list, show, test and export policies", description="Policies and the packs that ship.")
    add_policies_options(policies)
    commands.add_parser("version", help="print the version of this command")
    return parser


if __name__ == "__main__":
    sys.exit(main())
