"""Checked expressions, run.

The engine reports run-time errors as a value of type ERROR, and takes Python values that are no JSON in surprising ways; here both become
exceptions.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import NotJson, checked
from guidance.documents.pointer import dotted
from guidance.expressions.engine import FAILURES, engine, runtime
from guidance.expressions.errors import EvaluationError

STATUS = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
JSON_TYPE = re.compile(r"(?:BOOL|INT|DOUBLE|STRING|NULL|DYN|LIST<|MAP<(?=STRING|DYN)|[>, ])+")
SIMPLE_TYPE = re.compile(r"STRING|(?:LIST<)*(?:BOOL|INT|UINT|DOUBLE|NULL)>*")
LARGEST = 10_000_000
"""Elements and characters of a value."""
SCALARS = frozenset(["BOOL", "INT", "UINT", "DOUBLE", "STRING", "NULL", "BYTES", "TIMESTAMP", "DURATION"])
NO_JSON = "the expression gave a value without a form in JSON, such as an optional"
NO_MESSAGE = "Applying SELECT to non-message type"
NO_MEMBERS = "a member is read of what has none: null, a text, a number or a list"
DYN = "DYN"
BOOL = "BOOL"
STRING = "STRING"
NULL = "NULL"
Evaluate = Callable[[Mapping[str, object]], object]


@dataclass(frozen=True)
class Bindings:
    """Values for variables, converted for the engine at most once, however many programs read them.

    The values must be JSON (`jsonvalue.checked`), or what a program gave for a variable, and must not be changed afterwards.
    """

    values: Mapping[str, object]

    @cached_property
    def activation(self) -> engine.Activation:
        return runtime().Activation(self.values)

    def plus(self, more: Mapping[str, object]) -> "Bindings":
        """The same and more; nothing that was converted is kept."""
        return Bindings({**self.values, **more}) if more else self


class Program:
    """A compiled expression. `returns` is the static type: BOOL, STRING, …, or DYN where only the value can tell.

    `interpreted` evaluates it in the engine's place.
    """

    def __init__(self, expression: str, compiled: engine.Expression, interpreted: Evaluate | None = None) -> None:
        self.expression = expression
        self.returns: str = compiled.return_type().name()
        self._checked = compiled
        self._interpreted = interpreted

    @property
    def is_native(self) -> bool:
        """Whether the engine evaluates it."""
        return self._interpreted is None

    @cached_property
    def native(self) -> engine.Expression:
        """For the engine."""
        return runtime().deserialize(self.serialized)

    @property
    def serialized(self) -> bytes:
        """As it was checked."""
        content: bytes = self._checked.serialize()
        return content

    def evaluate(self, bindings: Bindings | Mapping[str, object]) -> object:
        """The value as Python has it: JSON's types, or those of `guidance.expressions.values`. A plain mapping is checked first.

        Raises EvaluationError.
        """
        if not isinstance(bindings, Bindings):
            bindings = Bindings(_checked(bindings))
        if self._interpreted is not None:
            return self._interpreted(bindings.values)
        return self._natively(bindings)

    def holds(self, bindings: Bindings | Mapping[str, object]) -> bool:
        """The verdict of a condition. Raises EvaluationError, also when the value is no bool."""
        verdict = self.evaluate(bindings)
        if not isinstance(verdict, bool):
            raise EvaluationError(f"the expression gave {type(verdict).__name__} instead of true or false")
        return verdict

    def for_variable(self, bindings: Bindings) -> object:
        """A value that other programs may read. Raises EvaluationError and NotJson."""
        value = self.evaluate(bindings)
        if not (self.is_native or JSON_TYPE.fullmatch(self.returns)):
            return value
        _Room().take_all(value)
        return checked(value)

    def _natively(self, bindings: Bindings) -> object:
        try:
            value = self.native.eval(bindings.activation)
            kind = value.type()
            plain: object = value.plain_value() if self._is_simple or kind == engine.Type.ERROR else _plain(value, _Room())
        except FAILURES as error:  # the iteration budget
            raise TooMuch(STATUS.sub("", str(error))) from error
        except TypeError as error:
            raise EvaluationError(NO_JSON) from error
        if isinstance(plain, str) and kind == engine.Type.ERROR:
            raise EvaluationError(NO_MEMBERS if NO_MESSAGE in plain else STATUS.sub("", plain))
        return plain

    @cached_property
    def _is_simple(self) -> bool:
        """Whether its values are surely scalars, or lists of numbers and the like."""
        return SIMPLE_TYPE.fullmatch(self.returns) is not None


class TooMuch(EvaluationError):
    """It takes too long, or gave too large a value."""


class _Room:
    """What a value may take, its parts counted as often as they appear: elements and characters."""

    def __init__(self) -> None:
        self.left = LARGEST

    def take(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TooMuch(f"the expression gave a value of more than {LARGEST} elements and characters")

    def take_all(self, value: object) -> None:
        self.take(len(value) if isinstance(value, str | list | dict) else 1)
        if isinstance(value, list | dict):
            for item in value.values() if isinstance(value, dict) else value:
                self.take_all(item)


def _plain(value: engine.Value, room: _Room) -> object:
    """The engine's own conversion ends the process when an optional lies in a map. Raises EvaluationError."""
    name = value.type().name()
    room.take(1)
    if name in SCALARS:
        plain: object = value.plain_value()
        room.take(len(plain) if isinstance(plain, str) else 0)
        return plain
    if name.startswith("LIST"):
        return [_plain(item, room) for item in value.value()]
    if name.startswith("MAP"):
        # The engine's maps have another order each time, and not all keys need be text.
        return {key: _plain(item, room) for key, item in sorted(value.value().items(), key=lambda member: str(member[0]))}
    raise EvaluationError(NO_JSON)


def _checked(bindings: Mapping[str, object]) -> dict[str, JsonValue]:
    copy = {}
    for name, value in bindings.items():
        try:
            copy[name] = checked(value)
        except NotJson as error:
            raise EvaluationError(f"only JSON can be judged: {dotted((name, *error.tokens))} {error.problem}") from error
    return copy
