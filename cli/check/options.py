"""The options of `autonomy check`."""

import argparse

OUTPUTS = ("text", "json", "sarif", "junit", "policyreport")
FAIL_ON = ("hard", "soft", "advisory")
NOT_WITH_SERVER = ("pack", "policy", "params", "namespace_object", "old")
"""The product has its own."""
EPILOG = """\
exit codes:
  0  nothing at or above --fail-on
  1  violations
  2  something could not be judged: bad input, a bad policy, wrong usage

A comment lets one policy pass for the objects of its document:
  # autonomy: ignore POLICY: reason
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("paths", nargs="+", type=_named, metavar="PATH", help="files, folders, or - for standard input")
    parser.add_argument("--skip-others", action="store_true", help="pass over files that are not for Kubernetes: without an apiVersion")
    _add_policies(parser)
    parser.add_argument("-o", "--output", choices=OUTPUTS, default="text", help="default: text")
    mend = parser.add_mutually_exclusive_group()
    mend.add_argument("--fix", action="store_true", help="write the fixes into the files, then report what is left")
    mend.add_argument("--diff", action="store_true", help="show what --fix would write")
    parser.add_argument("--fail-on", choices=FAIL_ON, default="soft", help="the least enforcement that fails the check; default: soft")
    parser.add_argument(
        "--baseline", type=_named, metavar="FILE", help="report only what is not in FILE, the output of an earlier check with -o json"
    )


def _add_policies(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("policies", "Without --pack, --policy and --server: pss-baseline, and best-practices as advice.")
    group.add_argument(
        "--pack", action="append", default=[], type=_named, metavar="NAME[@VERSION]", help="a pack, for a version of Kubernetes"
    )
    group.add_argument(
        "--policy", action="append", default=[], type=_named, metavar="FILE|DIR", help="policies of your own; hard-mandatory"
    )
    group.add_argument(
        "--params", action="append", default=[], type=_named, metavar="FILE", help="the parameters of policies with paramKind"
    )
    about = "the Namespaces that the objects go to, besides those among them"
    group.add_argument("--namespace-object", action="append", default=[], type=_named, metavar="FILE", help=about)
    group.add_argument("--old", type=_named, metavar="FILE", help="the objects as they are now: then these are updates")
    group.add_argument("--server", type=_named, metavar="URL", help="ask a running product, with the token in AUTONOMY_TOKEN")
    group.add_argument("--namespace", default="", metavar="NS", help="where objects go that do not say so themselves")
    group.add_argument("--cluster", default="", metavar="NAME", help="with --server: the cluster that they go to")


def _named(text: str) -> str:
    """What scripts give when a variable is not set names nothing: neither the current folder nor "no server"."""
    if not text:
        raise argparse.ArgumentTypeError("is empty")
    return text


def conflict(options: argparse.Namespace) -> str | None:
    """Which options do not go together, in words."""
    given = [name for name in NOT_WITH_SERVER if getattr(options, name)]
    if options.server and given:
        return f"--{given[0].replace('_', '-')} does not go with --server, which has policies and objects of its own"
    if options.diff and options.output != "text":
        return f"--diff shows a patch, and no {options.output}: leave one of them out, or use --fix"
    return "--cluster goes with --server only" if options.cluster and not options.server else None
