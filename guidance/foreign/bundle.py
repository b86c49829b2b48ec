"""Policies that were read together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guidance.documents.jsontype import JsonValue
from guidance.documents.source import Problem
from guidance.policies.policy import Enforcement, Policy

if TYPE_CHECKING:
    from guidance.foreign.exceptions import PolicyException


@dataclass(frozen=True)
class Bundle:
    """`levels` say how strictly policies of other engines are meant; `notes` what somebody should know who relies on this."""

    policies: tuple[Policy, ...] = ()
    exceptions: "tuple[PolicyException, ...]" = ()
    levels: Mapping[str, Enforcement] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()

    @property
    def params(self) -> tuple[dict[str, JsonValue], ...]:
        """The objects that its policies take their parameters from, each once."""
        found: list[dict[str, JsonValue]] = []
        for param in (param for policy in self.policies for param in policy.beside.params):
            if param not in found:
                found.append(param)
        return tuple(found)
