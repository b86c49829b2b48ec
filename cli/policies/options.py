"""The options of `autonomy policies`."""

import argparse

WHICH = "a pack (NAME[@VERSION]), or a file or folder of policies"


def add_options(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="verb", required=True, metavar="ACTION")

    listing = actions.add_parser("list", help="list the packs, or the policies of some", description="List the packs, or policies.")
    listing.add_argument("which", nargs="*", metavar="WHICH", help=WHICH)
    listing.add_argument("-o", "--output", choices=["text", "json"], default="text", help="default: text")

    show = actions.add_parser("show", help="show one policy", description="Show what a policy asks for, why, and examples of it.")
    show.add_argument("policy", metavar="POLICY", help="the name of a policy that ships, or a file")
    show.add_argument("--source", action="store_true", help="print the file as its author wrote it")

    test = actions.add_parser("test", help="run the examples of policies", description="Run the examples of policies: 0 all are true.")
    test.add_argument("which", nargs="+", metavar="WHICH", help=WHICH)

    export = actions.add_parser(
        "export",
        help="write policies as ValidatingAdmissionPolicies with their bindings",
        description="Write policies for a cluster to enforce itself: ValidatingAdmissionPolicies and their bindings, as YAML.",
    )
    export.add_argument("which", nargs="+", metavar="WHICH", help=WHICH)
    export.add_argument(
        "--action",
        choices=["Deny", "Warn", "Audit"],
        help="what a violation does; default: Warn for advisory policies, Deny for the others",
    )
    export.add_argument("--namespace", action="append", default=[], metavar="NS", help="hold in this namespace only")
    for name, told in (
        ("--namespace-selector", "hold in namespaces with this label only"),
        ("--object-selector", "hold for objects with it only"),
    ):
        export.add_argument(name, action="append", default=[], type=_label, metavar="KEY=VALUE", help=told)
    export.add_argument("--params", action="append", default=[], metavar="FILE", help="write these parameters too")

    importing = actions.add_parser(
        "import",
        help="write policies of other engines as files of our own",
        description="Write ValidatingAdmissionPolicies, ValidatingPolicies of Kyverno and constraints of Gatekeeper as policy files, "
        "and say what a person has to add to them.",
    )
    importing.add_argument("which", nargs="+", metavar="FILE|DIR", help="files or folders")
    importing.add_argument("--to", metavar="DIR", help="write the files there; default: print them")


def _label(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not key or not sign:
        raise argparse.ArgumentTypeError(f"{text!r} is no label: write KEY=VALUE")
    return key, value
