"""Changes made in the text of a document itself, so that comments, order, quotes and indentation stay as they were written.

Each change is proven: read again, the text must say exactly what was wanted.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from cli.errors import BadInput
from cli.manifests.parsing import Chunk, document
from cli.mending import rendering
from cli.mending.layout import BLOCK_SCALARS, CannotWrite, Spot, end, find, is_empty, is_flow, line_end, line_start, list_offset
from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import CannotPatch, Operation, apply
from guidance.documents.pointer import parse


def written(chunk: Chunk, operations: Iterable[Operation]) -> tuple[str, list[str]]:
    """The document with these changes, and why some could not be made."""
    text, refused = chunk.text, list[str]()
    if (value := _json(text)) is not None:
        return _rewritten(text, apply(value, list(operations))), []
    for operation in operations:
        try:
            text = _proven(Chunk(chunk.file, text, chunk.line, chunk.number), operation)
        except CannotWrite as error:
            refused.append(f"{operation['path']} stays as it is: {error}")
    return text, refused


def _json(text: str) -> JsonValue:
    """The value where the document is JSON: it has no comments, and YAML's ways to write are no ways for it."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _rewritten(text: str, value: JsonValue) -> str:
    indent = re.search(r"\n([ \t]+)\S", text)
    line_break = "\n" if text.endswith("\n") else ""
    return json.dumps(value, indent=indent[1] if indent else None, ensure_ascii=False) + line_break


def _proven(chunk: Chunk, operation: Operation) -> str:
    """Raises CannotWrite."""
    before = document(chunk)
    text = edited(chunk.text, operation)
    try:
        after = document(Chunk(chunk.file, text, chunk.line, chunk.number))
        wanted = apply(before.value if before else None, [operation])
    except (BadInput, CannotPatch) as error:
        raise CannotWrite("its notation is beyond me: mend it by hand") from error
    if after is None or after.value != wanted:
        raise CannotWrite("its notation is beyond me: mend it by hand")
    return text


def edited(text: str, operation: Operation) -> str:
    """Raises CannotWrite; what comes back is not proven yet."""
    tokens = parse(str(operation["path"]))
    if operation["op"] == "remove":
        return _removed(text, find(text, tokens))
    if operation["op"] == "replace":
        return _replaced(text, find(text, tokens), operation["value"])
    return _added(text, tokens, operation["value"])


def _replaced(text: str, spot: Spot, value: JsonValue) -> str:
    node = spot.node
    start, stop = node.start_mark.index, node.end_mark.index
    is_scalar = isinstance(node, yaml.ScalarNode)
    if is_scalar and node.style in BLOCK_SCALARS:
        raise CannotWrite("it is a text of several lines")
    if is_scalar and isinstance(value, dict | list) and spot.key is not None and not is_flow(spot.parent):
        return _block_in_place(text, spot, value)
    if not is_scalar and not is_flow(node):
        raise CannotWrite("it is of another type")
    return f"{text[:start]}{' ' if is_empty(node) else ''}{_scalar_or_flow(value, text[start:stop])}{text[stop:]}"


def _block_in_place(text: str, spot: Spot, value: JsonValue) -> str:
    """`resources:` or `resources: null`, then lines below it."""
    colon = spot.key.end_mark.index + 1
    behind = line_end(text, spot.node.end_mark.index)
    lines = list(rendering.member("x", value, spot.key.start_mark.column, list_offset(find(text, ()).node)))[1:]
    if not lines:
        return f"{text[:colon]} {rendering.flow(value)}{text[spot.node.end_mark.index :]}"
    rest = text[spot.node.end_mark.index : behind]
    line_break = "" if rest.endswith("\n") else "\n"
    return f"{text[:colon]}{rest}{line_break}{_lines(lines)}{text[behind:]}"


def _added(text: str, tokens: Sequence[str], value: JsonValue) -> str:
    *parents, name = tokens
    spot = find(text, parents)
    node = spot.node
    if isinstance(node, yaml.SequenceNode):
        if name not in {"-", str(len(node.value))}:
            raise CannotWrite("it belongs into the middle of a list")
        lines = rendering.element(value, node.start_mark.column, list_offset(find(text, ()).node))
        item = rendering.flow(value)
    elif isinstance(node, yaml.MappingNode):
        indent = node.value[0][0].start_mark.column if node.value else 0
        lines = rendering.member(name, value, indent, list_offset(find(text, ()).node))
        item = f"{rendering.scalar(name)}: {rendering.flow(value)}"
    else:
        raise CannotWrite("nothing can be added there")
    if is_flow(node) and not node.value and spot.key is not None and not is_flow(spot.parent):
        return _block_in_place(text, spot, [value] if isinstance(node, yaml.SequenceNode) else {name: value})
    if is_flow(node):
        at = end(_last(node)) if node.value else node.end_mark.index - 1
        return f"{text[:at]}{', ' if node.value else ''}{item}{text[at:]}"
    at = line_end(text, end(node))
    line_break = "" if text[:at].endswith("\n") else "\n"
    return f"{text[:at]}{line_break}{_lines(lines)}{text[at:]}"


def _removed(text: str, spot: Spot) -> str:
    parent, position = spot.parent, spot.position
    if parent is None:
        raise CannotWrite("it is the whole document")
    if len(parent.value) == 1:
        return _emptied(text, parent)
    start = (spot.key or spot.node).start_mark.index
    stop = spot.key.end_mark.index + 1 if spot.key is not None and is_empty(spot.node) else end(spot.node)
    if is_flow(parent):
        return _cut_from_flow(text, parent, position)
    first = line_start(text, start)
    before = text[first:start].strip()
    if before == "" or (spot.key is None and before == "-"):
        return text[:first] + text[line_end(text, stop) :]
    if spot.key is not None and position == 0:  # `- key: value`: the next key moves up to the dash
        following = parent.value[1][0].start_mark.index
        return text[:start] + text[following:]
    raise CannotWrite("other things stand on its line")


def _cut_from_flow(text: str, parent: Any, position: int) -> str:
    starts = [_first(item).start_mark.index for item in parent.value]
    if position + 1 < len(starts):
        return text[: starts[position]] + text[starts[position + 1] :]
    return text[: end(_value(parent.value[position - 1]))] + text[end(_last(parent)) :]


def _emptied(text: str, node: Any) -> str:
    """`{}` or `[]` behind the key."""
    nothing = "{}" if isinstance(node, yaml.MappingNode) else "[]"
    start, stop = node.start_mark.index, end(node)
    gap = text[:start].rstrip(" \n")
    return f"{gap} {nothing}{text[stop:]}" if gap.endswith(":") else f"{text[:start]}{nothing}{text[stop:]}"


def _scalar_or_flow(value: JsonValue, like: str) -> str:
    return rendering.flow(value) if isinstance(value, dict | list) else rendering.scalar(value, like)


def _last(node: Any) -> Any:
    return _value(node.value[-1])


def _value(item: Any) -> Any:
    """Of a member (key and value) or an element."""
    return item[1] if isinstance(item, tuple) else item


def _first(item: Any) -> Any:
    return item[0] if isinstance(item, tuple) else item


def _lines(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
