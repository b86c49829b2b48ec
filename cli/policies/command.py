"""`autonomy policies`: list, show, test, import, export."""

import argparse
from collections.abc import Callable
from itertools import chain

from cli.check import render
from cli.check.context import objects
from cli.check.formats.text import counted
from cli.errors import BadInput
from cli.policies import choosing, importing, telling
from guidance.documents.source import PolicyError
from guidance.documents.writing import as_yaml
from guidance.foreign import exporting
from guidance.judging import examples
from guidance.judging.compiled import compile_policies, compile_policy
from guidance.judging.takeable import refusals
from guidance.policies.packs import UnknownPack

DONE, UNTRUE, REFUSED = 0, 1, 2
"""Exit codes."""


def run(options: argparse.Namespace) -> int:
    """The exit code."""
    try:
        return DOING[options.verb](options)
    except (BadInput, PolicyError, UnknownPack) as error:
        render.refusal(error)
        return REFUSED


def _list(options: argparse.Namespace) -> int:
    as_json = options.output == "json"
    if options.which:
        tell = telling.policies_as_json if as_json else telling.policies_as_text
        print(tell(choosing.chosen(options.which)))
    else:
        print((telling.packs_as_json if as_json else telling.packs_as_text)(choosing.shipped()))
    return DONE


def _show(options: argparse.Namespace) -> int:
    policies = choosing.named(options.policy)
    if options.source:
        print("\n---\n".join(dict.fromkeys(policy.text.strip().removeprefix("---\n") for policy in policies)))
    else:
        print("\n\n".join(map(telling.policy_as_text, policies)))
    return DONE


def _test(options: argparse.Namespace) -> int:
    """What an example says otherwise is told with its place."""
    policies = [policy for policy, _ in choosing.chosen(options.which)]
    compiled = [compile_policy(policy) for policy in policies]
    render.notes(chain.from_iterable(map(refusals, compiled)))
    untrue = [problem for policy in compiled for problem in examples.problems(policy)]
    render.tell(tuple(untrue), {policy.source.file: policy.source.text for policy in policies})
    count = sum(len(policy.examples.passing) + len(policy.examples.failing) for policy in policies)
    verdict = f"{counted(len(untrue), 'thing')} not as they say" if untrue else "all are true"
    print(f"{counted(len(policies), 'policy', 'policies')}, {counted(count, 'example')}: {verdict}.")
    return UNTRUE if untrue else DONE


def _export(options: argparse.Namespace) -> int:
    bundle = choosing.bundle(options.which)
    compiled = compile_policies(bundle.policies)
    params = [item.manifest for file in options.params for item in objects(file)]
    where = exporting.Where(tuple(options.namespace), dict(options.namespace_selector), dict(options.object_selector))
    render.notes((*bundle.notes, *exporting.notes(bundle), *chain.from_iterable(map(refusals, compiled))))
    print(as_yaml(exporting.objects(bundle, action=options.action, where=where, params=params)), end="")
    return DONE


DOING: dict[str, Callable[[argparse.Namespace], int]] = {
    "list": _list,
    "show": _show,
    "test": _test,
    "import": importing.run,
    "export": _export,
}
