"""Many policies asked by one call of the engine: most manifests pass most policies, and a call costs more than what it computes."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

from guidance.documents.pointer import Token
from guidance.expressions import cel
from guidance.expressions.cel import EvaluationError, Program
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.subject import VARIABLES, Subject, Target, View
from guidance.manifests.resources import Resource, resource
from guidance.policies import vap
from guidance.policies.matching import Operation

LONGEST = 50_000
"""Characters of one combined expression; the engine reads at most 100,000."""
MENTION = re.compile(r"\b(?:object|oldObject)\b((?:\s*\.\s*\??\s*[A-Za-z_][A-Za-z0-9_]*\b(?!\s*\())*)")
CIRCUMSTANCES = re.compile(r"\b(request|namespaceObject)\b")
MEMBER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
WORTH_IT = 50
"""Judgements of one kind of object from which on it pays to compile the combined expression."""


@dataclass(frozen=True)
class _Panel:
    """Policies that judge the same view, and one expression that gives the list of their verdicts."""

    policies: tuple[CompiledPolicy, ...]
    verdicts: Program
    unread: tuple[Token, ...]
    """A part of the object that no expression reads, so that it need not be converted; () where that is not known."""
    reads_circumstances: bool

    def failed(self, view: View) -> Iterable[CompiledPolicy]:
        """Those that do not surely find nothing: all of them where one fails to judge."""
        try:
            verdicts = self.verdicts.evaluate(view.fewer_bindings(self.unread, circumstances=self.reads_circumstances))
        except EvaluationError:
            return self.policies
        if not isinstance(verdicts, list):
            return self.policies
        return [policy for policy, verdict in zip(self.policies, verdicts, strict=True) if verdict is not True]


class _Plan:
    """How these policies judge objects of one kind: who is asked together, and who must be asked by itself."""

    def __init__(self, policies: tuple[CompiledPolicy, ...], kind: Resource, operation: Operation | None) -> None:
        self._policies = policies
        self._kind = kind
        self._operation: Operation | None = operation
        self._seen = 0
        self._panels: list[tuple[Target, bool, _Panel]] = []
        self.about = tuple(policy for policy in policies if policy.aim.minds_names or self._targets(policy))
        """Those that may match objects of this kind, in their order."""
        self._alone = True
        """Whether somebody must be asked by itself, whatever the panels say."""
        self.asked_together = frozenset[int]()
        """The ids of those whose gates a combined expression has asked."""

    @cached_property
    def minds_namespace(self) -> bool:
        """Whether one of them may read more of the namespace than its name."""
        return self._kind.namespaced and any(policy.minds_namespace for policy in self.about)

    @cached_property
    def minds_former(self) -> bool:
        """Whether one of them may judge an update otherwise than a creation; pods of workloads are always created."""
        return any(policy.minds_former and self._targets(policy) != (Target.ITS_POD,) for policy in self.about)

    def suspects(self, subject: Subject) -> Sequence[CompiledPolicy]:
        """The policies that may find something, in their order."""
        self._seen += 1
        if self._seen < WORTH_IT:
            return self.about
        if self._seen == WORTH_IT:
            self._gather()
        failed = {id(policy) for policy in self._failed(subject)}
        asked = self.asked_together
        return [policy for policy in self.about if id(policy) in failed or id(policy) not in asked] if failed or self._alone else ()

    def _failed(self, subject: Subject) -> Iterator[CompiledPolicy]:
        """Those that may find something in what a panel judges."""
        for target, as_written, panel in self._panels:
            view = subject.own if target is Target.ITSELF else subject.pod
            if view is not None:
                yield from panel.failed(view if as_written else view.served)

    def _gather(self) -> None:
        unknown = self._operation is None
        together = [policy for policy in self.about if policy.goes_together and not (unknown and policy.minds_former)]
        for target, as_written in product(Target, (True, False)):
            alike = [policy for policy in together if target in self._targets(policy) and policy.as_written is as_written]
            pod_at = self._kind.pod_at or () if target is Target.ITSELF else ()
            self._panels += [(target, as_written, panel) for panel in _panels(alike, pod_at)]
        self.asked_together = frozenset(id(policy) for policy in together if self._is_asked(policy))
        self._alone = len(self.asked_together) < len(self.about)

    def _is_asked(self, policy: CompiledPolicy) -> bool:
        """Whether panels ask about everything that it judges."""
        return {target for target, _, panel in self._panels if policy in panel.policies} == {*self._targets(policy)}

    def _targets(self, policy: CompiledPolicy) -> tuple[Target, ...]:
        return policy.aim.targets(self._kind, self._operation, "")


@lru_cache(maxsize=32)
def plans(policies: tuple[CompiledPolicy, ...]) -> Callable[[Resource, Operation | None], _Plan]:
    """The plans of a set of policies, made when they are first needed and kept. Operation None: nobody knows which of both it is."""
    return lru_cache(maxsize=256)(lambda kind, operation: _Plan(policies, kind, operation))


def minds_namespace(policies: Sequence[CompiledPolicy], manifest: Mapping[str, object], operation: Operation | None) -> bool:
    """Whether one of those that may match the manifest reads more of its namespace than the name."""
    plan = _plan_for(policies, manifest, operation)
    return plan is not None and plan.minds_namespace


def minds_former(policies: Sequence[CompiledPolicy], manifest: Mapping[str, object]) -> bool:
    """Whether one of those that may match the manifest may judge an update otherwise than a creation."""
    plan = _plan_for(policies, manifest, None)
    return plan is not None and plan.minds_former


def _plan_for(policies: Sequence[CompiledPolicy], manifest: Mapping[str, object], operation: Operation | None) -> _Plan | None:
    """None for what is no object of Kubernetes."""
    api_version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return None
    return plans(tuple(policies))(resource(api_version, kind), operation)


def _panels(policies: Iterable[CompiledPolicy], pod_at: tuple[Token, ...] = ()) -> Iterator[_Panel]:
    group: list[CompiledPolicy] = []
    length = 0
    for policy in policies:
        more = len(_combined([policy]))
        if length + more > LONGEST:
            yield from _panel(group, pod_at)
            group, length = [], 0
        group.append(policy)
        length += more
    yield from _panel(group, pod_at)


def _panel(group: Sequence[CompiledPolicy], pod_at: tuple[Token, ...]) -> Iterator[_Panel]:
    """Nothing where it does not compile, or there is nothing to put together."""
    if not group:
        return
    text = _combined(group)
    if verdicts := cel.shortcut(text, VARIABLES):
        yield _Panel(tuple(group), verdicts, () if _reads(text, pod_at) else pod_at, bool(CIRCUMSTANCES.search(text)))


def _reads(text: str, at: tuple[Token, ...]) -> bool:
    """Whether an expression may read this part of the object: surely not, when each mention of the object leads elsewhere."""
    return not at or any(not _leads_elsewhere(mention.group(1), at) for mention in MENTION.finditer(text))


def _leads_elsewhere(path: str, at: tuple[Token, ...]) -> bool:
    members = MEMBER.findall(path)
    return any(member != token for member, token in zip(members, at, strict=False))


def _combined(group: Sequence[CompiledPolicy]) -> str:
    """The list of their gates. What several of them go over is looked up once."""
    sources = dict.fromkeys(source for policy in group for validation in policy.policy.spec.validations for source in vap.lists(validation))
    bound = {source: f"list{number}_" for number, source in enumerate(sources)}
    text = ", ".join(f"({vap.gate(policy.policy.spec, bound)}\n)" for policy in group)
    text = f"[{text}]"
    for source, name in bound.items():
        text = f"cel.bind({name}, {source}, {text})"
    return text
