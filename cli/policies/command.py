"""`autonomy policies`: list, show, test, export."""

import argparse
import sys
from collections.abc import Callable

import yaml

from cli.check import render
from cli.policies import choosing, telling
from guidance import examples, vap
from guidance.compiled import compile_policy
from guidance.packs import UnknownPack
from guidance.policy import Enforcement
from guidance.source import PolicyError

DONE, UNTRUE, REFUSED = 0, 1, 2
"""Exit codes."""
ACTIONS: dict[Enforcement, vap.Action] = {
    Enforcement.ADVISORY: "Warn",
    Enforcement.SOFT_MANDATORY: "Deny",
    Enforcement.HARD_MANDATORY: "Deny",
}


def run(options: argparse.Namespace) -> int:
    """The exit code."""
    try:
        return DOING[options.verb](options)
    except (PolicyError, UnknownPack) as error:
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
    policy = choosing.named(options.policy)
    print(policy.source.text.rstrip() if options.source else telling.policy_as_text(policy))
    return DONE


def _test(options: argparse.Namespace) -> int:
    """What an example says otherwise is told with its place."""
    policies = [policy for policy, _ in choosing.chosen(options.which)]
    untrue = [problem for policy in policies for problem in examples.problems(compile_policy(policy))]
    render.tell(tuple(untrue), {policy.source.file: policy.source.text for policy in policies})
    count = sum(len(policy.examples.passing) + len(policy.examples.failing) for policy in policies)
    verdict = f"{len(untrue)} things are not as they say" if untrue else "all are true"
    print(f"{len(policies)} policies, {count} examples: {verdict}.")
    return UNTRUE if untrue else DONE


def _export(options: argparse.Namespace) -> int:
    asked: vap.Action | None = options.action
    objects = []
    for policy, level in choosing.chosen(options.which):
        objects.append(vap.manifest(policy.spec, policy.name))
        objects.append(vap.binding(policy.spec, policy.name, asked or ACTIONS[level]))
    yaml.dump_all(objects, sys.stdout, Dumper=_Plain, sort_keys=False, allow_unicode=True, width=140, explicit_start=True)
    return DONE


class _Plain(yaml.SafeDumper):
    """Without aliases: everything is written where it stands."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 the signature of a dumper
        return True


DOING: dict[str, Callable[[argparse.Namespace], int]] = {"list": _list, "show": _show, "test": _test, "export": _export}
