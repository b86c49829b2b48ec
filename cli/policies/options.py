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
