"""Policies with everything that belongs to them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from guidance.documents.jsontype import JsonValue
from guidance.documents.source import Problem
from guidance.policies.binding import Binding
from guidance.policies.policy import Enforcement, Policy

if TYPE_CHECKING:
    from guidance.foreign.exceptions import PolicyException


@dataclass(frozen=True)
class Bundle:
    """`params` are objects that a policy takes its parameters from; `levels` how strictly policies of other engines are meant.

    `notes` are what somebody should know who relies on this.
    """

    policies: tuple[Policy, ...] = ()
    bindings: tuple[Binding, ...] = ()
    params: tuple[dict[str, JsonValue], ...] = ()
    exceptions: "tuple[PolicyException, ...]" = ()
    levels: Mapping[str, Enforcement] = field(default_factory=dict)
    notes: tuple[Problem, ...] = ()
