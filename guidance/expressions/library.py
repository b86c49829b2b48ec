"""All functions: what is declared to the engine, because only Kubernetes has it, and who carries a call out."""

import json
from collections.abc import Callable, Iterable
from functools import cache
from itertools import chain

from guidance.expressions.engine import EXTENSIONS, engine
from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions import (
    addresses,
    conversions,
    formats,
    formatting,
    lists,
    optionals,
    quantity,
    regex,
    semver,
    text,
    times,
    urls,
)
from guidance.expressions.functions.signatures import Overload, overload
from guidance.expressions.limits import spend_on
from guidance.expressions.syntax import Call
from guidance.expressions.values import NO_SUCH_OVERLOAD, type_of


def _overloads(*tables: dict[str, Callable[..., object]]) -> tuple[Overload, ...]:
    return tuple(overload(signature, call) for table in tables for signature, call in table.items())


ADDED = _overloads(*(module.FUNCTIONS for module in (addresses, formats, lists, optionals, quantity, regex, semver, urls)))
"""The engine lacks these."""
REPLACED = _overloads(conversions.STRING, formatting.KNOWN, text.KNOWN)
"""The engine has them, but some get more overloads, so that all of them are declared anew."""
KNOWN = _overloads(*(module.KNOWN for module in (lists, optionals, regex, times)), text.STANDARD)
"""The engine has them."""
IDS = {each.id: each for each in (*ADDED, *REPLACED)}
ONLY_HERE = frozenset([*(each.id for each in ADDED), "string.format(list<dyn>) -> string", "duration_to_milliseconds"])
"""Overloads that the engine lacks, or whose values differ from Kubernetes'."""
NAMES_ONLY_HERE = frozenset(
    [
        *(each.name for each in _overloads(lists.KNOWN)),  # the engine does these without a limit
        "bool", "double", "duration", "int", "timestamp", "uint",  # it reads some texts that Kubernetes refuses, and the other way round
        "cel.@mapInsert",  # it lacks this
    ]
)  # fmt: skip


def _by_name(overloads: Iterable[Overload]) -> dict[str, list[Overload]]:
    named: dict[str, list[Overload]] = {}
    for each in overloads:
        named.setdefault(each.name, []).append(each)
    return named


OVERLOADS = _by_name(chain(ADDED, REPLACED, KNOWN))


@cache
def configuration() -> engine.EnvConfig:
    """For a checker that knows all functions."""
    functions = [{"name": name, "overloads": [each.config() for each in group]} for name, group in _by_name(IDS.values()).items()]
    extensions = [{"name": name} for name in EXTENSIONS if name != "strings"]
    stdlib = {"exclude_functions": [{"name": "string"}]}
    return engine.NewEnvConfigFromYaml(json.dumps({"extensions": extensions, "stdlib": stdlib, "functions": functions}))


def is_only_here(call: Call) -> bool:
    """Whether the engine cannot be asked. It can for `string(x)`, unless `x` surely is of a type that it cannot write."""
    if call.function in NAMES_ONLY_HERE:
        return True
    if call.function == "string":
        return set(call.overloads) <= {"string(IP) -> string", "string(CIDR) -> string", "string(timestamp) -> string"}
    return not ONLY_HERE.isdisjoint(call.overloads)


def caller(name: str, ids: tuple[str, ...]) -> Callable[[list[object]], object] | None:
    """Carries calls of this function out; None where nobody does. `ids` are the overloads that the checker could not rule out."""
    overloads = [IDS[ids[0]]] if len(ids) == 1 and ids[0] in IDS else OVERLOADS.get(name, [])
    if not overloads:
        return None

    def call(values: list[object]) -> object:
        spend_on(values)
        for each in overloads:
            if each.accepts(values):
                return each.call(*values)
        raise EvaluationError(f"{NO_SUCH_OVERLOAD}: {name}({', '.join(map(type_of, values))})")

    return call
