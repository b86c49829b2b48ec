"""JSON patches (RFC 6902: add, replace, remove). Nothing here changes a document in place: what is changed is copied."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import Token, child, list_index, parse, pointer

Operation = dict[str, JsonValue]
"""`{"op": "add" | "replace" | "remove", "path": pointer, "value": …}`."""
APPEND = "-"


class CannotPatch(ValueError):
    """The document does not have the shape that the patch needs."""


@dataclass(frozen=True)
class Step:
    """What a fix wants: this value there, or (None) nothing there. Missing parents are made."""

    tokens: tuple[Token, ...]
    value: JsonValue


def operations(document: JsonValue, steps: Iterable[Step]) -> list[Operation]:
    """The steps as one patch against the document; what already is so is left out. Raises CannotPatch."""
    patch: list[Operation] = []
    for step in steps:
        operation = _removal(document, step.tokens) if step.value is None else _setting(document, step.tokens, step.value)
        if operation is not None:
            patch.append(operation)
            document = apply(document, [operation])
    return patch


def apply(document: JsonValue, patch: Sequence[Operation]) -> JsonValue:
    """The patched document, which shares what was not touched with the one given. Raises CannotPatch."""
    for operation in patch:
        verb, path = operation.get("op"), operation.get("path")
        if not isinstance(path, str) or not isinstance(verb, str) or verb not in CHANGES:
            raise CannotPatch(f"{operation!r} is none of {', '.join(CHANGES)}")
        tokens = parse(path)
        if not tokens:
            raise CannotPatch("A patch cannot replace the whole document")
        document = _changed(document, tokens, CHANGES[verb], operation.get("value"))
    return document


def _setting(document: JsonValue, tokens: tuple[Token, ...], value: JsonValue) -> Operation | None:
    """Add the deepest parent that is missing with everything below it, so that one operation is enough."""
    at = document
    for depth, token in enumerate(tokens):
        here = child(at, token)
        if here is None:
            is_new = not isinstance(at, dict) or token not in at
            return {
                "op": "add" if is_new else "replace",
                "path": pointer(tokens[: depth + 1]),
                "value": _nested(tokens[depth + 1 :], value),
            }
        at = here
    return None if at == value and type(at) is type(value) else {"op": "replace", "path": pointer(tokens), "value": value}


def _nested(tokens: Sequence[Token], value: JsonValue) -> JsonValue:
    for token in reversed(tokens):
        value = {str(token): value}
    return value


def _removal(document: JsonValue, tokens: tuple[Token, ...]) -> Operation | None:
    for token in tokens[:-1]:
        document = child(document, token)
    missing = child(document, tokens[-1]) is None and not (isinstance(document, dict) and tokens[-1] in document)
    return None if missing else {"op": "remove", "path": pointer(tokens)}


Change = Callable[[JsonValue, str, JsonValue], JsonValue]


def _changed(node: JsonValue, tokens: Sequence[str], change: Change, value: JsonValue) -> JsonValue:
    token, *rest = tokens
    if not rest:
        return change(node, token, value)
    if child(node, token) is None:
        raise CannotPatch(f"Nothing is at {token!r}")
    return _replace(node, token, _changed(child(node, token), rest, change, value))


def _replace(node: JsonValue, token: str, value: JsonValue) -> JsonValue:
    if isinstance(node, dict) and token in node:
        return {**node, token: value}
    if isinstance(node, list):
        index = _existing(node, token)
        return [*node[:index], value, *node[index + 1 :]]
    raise CannotPatch(f"Nothing to replace at {token!r}")


def _add(node: JsonValue, token: str, value: JsonValue) -> JsonValue:
    if isinstance(node, dict):
        return {**node, token: value}
    if isinstance(node, list):
        index = len(node) if token == APPEND else list_index(token)
        if index is not None and index <= len(node):
            return [*node[:index], value, *node[index:]]
    raise CannotPatch(f"{token!r} cannot be added there")


def _remove(node: JsonValue, token: str, value: JsonValue) -> JsonValue:  # noqa: ARG001 the signature of a change
    if isinstance(node, dict) and token in node:
        return {key: item for key, item in node.items() if key != token}
    if isinstance(node, list):
        index = _existing(node, token)
        return [*node[:index], *node[index + 1 :]]
    raise CannotPatch(f"Nothing to remove at {token!r}")


def _existing(node: list[JsonValue], token: str) -> int:
    index = list_index(token)
    if index is None or index >= len(node):
        raise CannotPatch(f"The list has no element {token!r}")
    return index


CHANGES: dict[str, Change] = {"add": _add, "replace": _replace, "remove": _remove}
