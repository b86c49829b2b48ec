"""Changes made in the text of a document itself, so that comments, order, quotes and indentation stay as they were written.

Every change is proven: read again, the text must say exactly what was wanted. All changes of a document are made at once; where that is not
what was wanted, each half of them alone, so that only what cannot be written is left out, and the work grows as the changes do.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import yaml

from cli.check.report import Rewritten, Unmended
from cli.errors import BadInput
from cli.manifests.parsing import BLOCK_SCALARS, Document, document
from cli.mending import rendering
from cli.mending.json_text import changed
from cli.mending.layout import CannotWrite, Edit, Layout, Spot, end, is_empty, is_flow, line_break, line_end, line_start
from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import CannotPatch, Operation, apply
from guidance.documents.pointer import parse

BEYOND = "its notation is beyond me: mend it by hand"
SHARED = "another place takes it by an alias (*name) and would change with it: write it out there"


def written(found: Document, operations: Sequence[Operation]) -> Rewritten:
    """The document with these changes, and why some could not be made."""
    text, left = found.chunk.text, list[Unmended]()
    if (value := _json(text)) is not None:
        text = changed(text, apply(value, operations))
    else:
        after, left = _written(found, operations)
        text = after.chunk.text
    return Rewritten(found.chunk.file, found.chunk.number, text, tuple(left))


def _json(text: str) -> JsonValue:
    """The value where the document is JSON: YAML's ways to write are no ways for it."""
    try:
        value: JsonValue = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _written(found: Document, operations: Sequence[Operation]) -> tuple[Document, list[Unmended]]:
    layout = Layout(found.chunk.text)
    edits, possible, left = list[Edit](), list[Operation](), list[Unmended]()
    for operation in operations:
        try:
            edits.append(_edit(layout, operation))
            possible.append(operation)
        except CannotWrite as error:
            left.append(Unmended(str(operation["path"]), str(error)))
    if not edits:
        return found, left
    if (after := _read(found, layout.edited(edits))) is not None:
        if left and _says(after, found, operations):  # what an alias stands for has changed with it
            return after, []
        if _says(after, found, possible):
            return after, left
    if len(operations) == 1:
        return found, [Unmended(str(operations[0]["path"]), SHARED if _is_shared(layout, operations[0]) else BEYOND)]
    half = len(operations) // 2
    middle, some = _written(found, operations[:half])
    after, others = _written(middle, operations[half:])
    return after, some + others


def _read(found: Document, text: str | None) -> Document | None:
    try:
        return None if text is None else document(replace(found.chunk, text=text))
    except BadInput:
        return None


def _says(after: Document, before: Document, operations: Sequence[Operation]) -> bool:
    try:
        return after.value == apply(before.value, operations)
    except CannotPatch:
        return False


def _is_shared(layout: Layout, operation: Operation) -> bool:
    tokens = parse(str(operation["path"]))
    return layout.is_used_elsewhere(tokens[:-1] if operation["op"] == "add" else tokens)


def _edit(layout: Layout, operation: Operation) -> Edit:
    """Raises CannotWrite; what comes back is not proven yet."""
    tokens = parse(str(operation["path"]))
    if operation["op"] == "remove":
        return _removed(layout.text, layout.find(tokens))
    if operation["op"] == "replace":
        return _replaced(layout, layout.find(tokens), operation["value"])
    return _added(layout, tokens, operation["value"])


def _replaced(layout: Layout, spot: Spot, value: JsonValue) -> Edit:
    node = spot.node
    start, stop = node.start_mark.index, node.end_mark.index
    is_scalar = isinstance(node, yaml.ScalarNode)
    if is_scalar and node.style in BLOCK_SCALARS:
        raise CannotWrite("it is a text of several lines")
    if is_scalar and isinstance(value, dict | list) and spot.key is not None and not is_flow(spot.parent):
        return _block_in_place(layout, spot, value)
    if not is_scalar and not is_flow(node):
        raise CannotWrite("it is of another type")
    return Edit(start, stop, f"{' ' if is_empty(node) else ''}{_scalar_or_flow(value, layout.text[start:stop])}")


def _block_in_place(layout: Layout, spot: Spot, value: JsonValue) -> Edit:
    """`resources:` or `resources: null`, then lines below it."""
    colon, stop = spot.key.end_mark.index + 1, spot.node.end_mark.index
    lines = list(rendering.member("x", value, spot.key.start_mark.column, layout.list_offset))[1:]
    if not lines:
        return Edit(colon, stop, f" {rendering.flow(value)}")
    behind = line_end(layout.text, stop)
    return Edit(colon, behind, f"{layout.text[stop:behind]}{_lines(lines, line_break(layout.text, behind))}")


def _added(layout: Layout, tokens: Sequence[str], value: JsonValue) -> Edit:
    *parents, name = tokens
    spot = layout.find(parents)
    node = spot.node
    if isinstance(node, yaml.SequenceNode):
        if name != "-" and int(name) < len(node.value):
            raise CannotWrite("it belongs into the middle of a list")
        lines = rendering.element(value, node.start_mark.column, layout.list_offset)
        item = rendering.flow(value)
    elif isinstance(node, yaml.MappingNode):
        indent = node.value[0][0].start_mark.column if node.value else 0
        lines = rendering.member(name, value, indent, layout.list_offset)
        item = f"{rendering.scalar(name)}: {rendering.flow(value)}"
    else:
        raise CannotWrite("nothing can be added there")
    if is_flow(node) and not node.value and spot.key is not None and not is_flow(spot.parent):
        return _block_in_place(layout, spot, [value] if isinstance(node, yaml.SequenceNode) else {name: value})
    if is_flow(node):
        at = end(_last(node)) if node.value else node.end_mark.index - 1
        return Edit(at, at, f"{', ' if node.value else ''}{item}")
    at = line_end(layout.text, end(node))
    return Edit(at, at, _lines(lines, line_break(layout.text, at)))


def _removed(text: str, spot: Spot) -> Edit:
    parent, position = spot.parent, spot.position
    if parent is None:
        raise CannotWrite("it is the whole document")
    if len(parent.value) == 1:
        return _emptied(text, parent)
    start = (spot.key or spot.node).start_mark.index
    stop = spot.key.end_mark.index + 1 if spot.key is not None and is_empty(spot.node) else end(spot.node)
    if is_flow(parent):
        return _cut_from_flow(parent, position)
    first = line_start(text, start)
    before = text[first:start].strip()
    if before == "" or (spot.key is None and before == "-"):
        return Edit(first, line_end(text, stop), "")
    if spot.key is not None and position == 0:  # `- key: value`: the next key moves up to the dash
        return Edit(start, parent.value[1][0].start_mark.index, "")
    raise CannotWrite("other things stand on its line")


def _cut_from_flow(parent: Any, position: int) -> Edit:
    starts = [_first(item).start_mark.index for item in parent.value]
    if position + 1 < len(starts):
        return Edit(starts[position], starts[position + 1], "")
    return Edit(end(_value(parent.value[position - 1])), end(_last(parent)), "")


def _emptied(text: str, node: Any) -> Edit:
    """`{}` or `[]` behind the key."""
    nothing = "{}" if isinstance(node, yaml.MappingNode) else "[]"
    start, stop = node.start_mark.index, end(node)
    gap = len(text[:start].rstrip(" \r\n"))
    return Edit(gap, stop, f" {nothing}") if text.endswith(":", 0, gap) else Edit(start, stop, nothing)


def _scalar_or_flow(value: JsonValue, like: str) -> str:
    return rendering.flow(value) if isinstance(value, dict | list) else rendering.scalar(value, like)


def _last(node: Any) -> Any:
    return _value(node.value[-1])


def _value(item: Any) -> Any:
    """Of a member (key and value) or an element."""
    return item[1] if isinstance(item, tuple) else item


def _first(item: Any) -> Any:
    return item[0] if isinstance(item, tuple) else item


def _lines(lines: Iterable[str], ends: str) -> str:
    return "".join(f"{line}{ends}" for line in lines)
