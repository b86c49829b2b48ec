"""The page of one policy: all that somebody who meets it wants to know."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from guidance.admin.history import Moment, history
from guidance.documents.pointer import find
from guidance.judging.compiled import CompiledPolicy
from guidance.models import Exemption, Policy
from guidance.policies.binding import Binding, Object
from guidance.policies.policy import Guidance
from guidance.services import exemptions
from guidance.services.policies import as_judging
from guidance.services.showing import Example, examples
from guidance.services.versions import Version, versions

MOST_SHOWN = 50
"""Exemptions, and moments of the history: a policy that lets thousands pass has a page of the same size."""


@dataclass(frozen=True)
class PolicyPage:
    """`links_requests`: who reads it may open every request."""

    row: Policy
    policy: CompiledPolicy
    exemptions: Sequence[Exemption]
    lets_pass: int
    """How many exemptions are in force; the page shows those that end first."""
    history: Sequence[Moment]
    versions: Sequence[Version]
    links_requests: bool

    @property
    def title(self) -> str:
        return self.about.title

    @property
    def about(self) -> Guidance:
        """What its author says of it."""
        return self.policy.policy.guidance

    @cached_property
    def levels(self) -> list[tuple[str, str]]:
        """The place and the level there, the most specific first."""
        locals_ = sorted(self.row.local_levels, key=lambda local: local.rank, reverse=True)
        return [(local.place, local.level.value) for local in locals_] + [
            ("everywhere else" if locals_ else "everywhere", self.row.enforcement)
        ]

    @property
    def bindings(self) -> Sequence[Binding]:
        """Where it holds, and with which parameters; none: everywhere, with all of them."""
        return self.policy.policy.beside.bindings

    @property
    def params(self) -> Sequence[tuple[str, Object]]:
        """Its parameters, each with what it is called."""
        return [(_called(param), param) for param in self.policy.policy.beside.params]

    @cached_property
    def examples(self) -> list[Example]:
        return examples(self.policy)

    @property
    def earlier(self) -> int:
        """Moments of the history before those that are shown: its events are numbered from 1."""
        return self.history[-1].seq - 1 if self.history else 0

    @property
    def former(self) -> Sequence[Version]:
        """The bodies that were in force before this one."""
        return self.versions[1:]


def _called(param: Object) -> str:
    return "/".join(str(part) for at in (("kind",), ("metadata", "namespace"), ("metadata", "name")) if (part := find(param, at)))


def page_of(row: Policy, *, links_requests: bool) -> PolicyPage:
    in_force = exemptions.in_force(row)
    return PolicyPage(row, as_judging(row), in_force[:MOST_SHOWN], len(in_force), history(row, MOST_SHOWN), versions(row), links_requests)
