"""What a constraint of Gatekeeper is about, and how strictly it is meant."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import field
from typing import Annotated, Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.schema import Checked, Strict
from guidance.documents.source import PolicyError
from guidance.foreign.bodies import Anything
from guidance.foreign.literals import quoted
from guidance.foreign.parts import Part
from guidance.manifests.resources import Resource
from guidance.policies.matching import ANY, LabelSelector, MatchConstraints, ResourceRule
from guidance.policies.policy import MatchCondition, PodMaker


def _is_glob(text: str) -> str:
    if not re.fullmatch(r"\*?[-:a-z0-9]*\*?", text):
        raise ValueError(f"{text!r} is no name; the sign * may stand at its begin and at its end")
    return text


Glob = Annotated[str, Checked(_is_glob)]
Action = Literal["deny", "warn", "dryrun"]
DECIDING = frozenset({"*", "gator.gatekeeper.sh", "validation.gatekeeper.sh", "vap.k8s.io"})
"""Where a change is refused or let in; an audit looks at what is there already."""
EVERY_RESOURCE = ("*",)


class Kinds(Strict):
    api_groups: tuple[str, ...] = ()
    api_versions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


class Match(Strict):
    """What is left out matches everything."""

    kinds: tuple[Kinds, ...] = ()
    scope: Literal["*", "Namespaced", "Cluster"] = ANY
    namespaces: tuple[Glob, ...] = ()
    excluded_namespaces: tuple[Glob, ...] = ()
    label_selector: LabelSelector = LabelSelector()
    namespace_selector: LabelSelector = LabelSelector()
    name: Glob = ""
    source: Literal["All", "Original", "Generated"] = "All"


class Point(Strict):
    name: str


class ScopedAction(Strict):
    action: Action
    enforcement_points: tuple[Point, ...] = field(metadata={"min_length": 1})


class ConstraintBody(Strict):
    match: Match = Match()
    parameters: JsonValue = None
    enforcement_action: Literal["deny", "warn", "dryrun", "scoped"] = "deny"
    scoped_enforcement_actions: tuple[ScopedAction, ...] = ()

    @property
    def denies(self) -> bool:
        if self.enforcement_action != "scoped":
            return self.enforcement_action == "deny"
        return any(
            scoped.action == "deny" and not DECIDING.isdisjoint(point.name for point in scoped.enforcement_points)
            for scoped in self.scoped_enforcement_actions
        )


class Constraint(Anything):
    api_version: Literal["constraints.gatekeeper.sh/v1", "constraints.gatekeeper.sh/v1beta1", "constraints.gatekeeper.sh/v1alpha1"]
    spec: ConstraintBody = ConstraintBody()


def matched(match: Match) -> MatchConstraints:
    """By kind, scope and labels; `conditions` say the rest."""
    rules = tuple(_rule(kinds, match) for kinds in match.kinds or (Kinds(),))
    minds_versions = any(rule.api_versions != (ANY,) for rule in rules)
    return MatchConstraints(
        resource_rules=rules,
        object_selector=match.label_selector,
        namespace_selector=match.namespace_selector,
        match_policy="Exact" if minds_versions else "Equivalent",
    )


def conditions(match: Match) -> tuple[MatchCondition, ...]:
    """By namespace and name, where `*` may stand at either end. What lies in no namespace is in all of them, and excluded from none."""
    return tuple(MatchCondition(name=name, expression=text) for name, text in _conditions(match))


def pod_templates(part: Part, match: Match) -> tuple[PodMaker, ...] | None:
    """A name is that of the object itself: pods of a workload have others. Raises PolicyError."""
    if match.source == "Generated":
        told = "match.source Generated is about objects that Gatekeeper expands from others, which cannot be judged here: leave it out"
        raise PolicyError(part.problem(("spec", "match", "source"), told))
    return () if match.source == "Original" or match.name else None


def _rule(kinds: Kinds, match: Match) -> ResourceRule:
    every = not kinds.kinds or ANY in kinds.kinds
    return ResourceRule(
        api_groups=kinds.api_groups or (ANY,),
        api_versions=kinds.api_versions or (ANY,),
        operations=("CREATE", "UPDATE"),
        resources=EVERY_RESOURCE if every else tuple(Resource("", "", kind).plural for kind in kinds.kinds),
        scope=match.scope,
    )


def _conditions(match: Match) -> Iterator[tuple[str, str]]:
    if match.namespaces:
        yield "in-the-namespaces", f'request.namespace == "" || {_any("request.namespace", match.namespaces)}'
    if match.excluded_namespaces:
        yield "not-in-the-namespaces", f'request.namespace == "" || !({_any("request.namespace", match.excluded_namespaces)})'
    if match.name:
        name = _like("object.metadata.name", match.name)
        generated = f" || has(object.metadata.generateName) && {_like('object.metadata.generateName', match.name)}"
        yield "of-the-name", f"has(object.metadata.name) && {name}{generated if match.name.endswith('*') else ''}"


def _any(subject: str, patterns: Sequence[str]) -> str:
    return " || ".join(_like(subject, pattern) for pattern in patterns)


def _like(subject: str, pattern: str) -> str:
    text = quoted(pattern.strip("*"))
    match pattern.startswith("*"), pattern.endswith("*"):
        case True, True:
            return f"{subject}.contains({text})"
        case True, False:
            return f"{subject}.endsWith({text})"
        case False, True:
            return f"{subject}.startsWith({text})"
    return f"{subject} == {text}"
