"""A unified diff as it is shown: numbered, folded where nothing changes, and complete."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.admin.difference import Difference, Kind, difference
from clusters.drift import render


def object_with(count: int, **changed: int) -> dict[str, object]:
    values = {f"key{number:03}": number for number in range(count)}
    return {"kind": "Thing", "metadata": {"name": "x"}, "values": {**values, **changed}}


def lines_of(shown: Difference) -> list[str]:
    signs = {Kind.SAME: " ", Kind.ADDED: "+", Kind.REMOVED: "-"}
    return [signs[line.kind] + line.text for block in shown.blocks for line in block.lines]


def test_nothing_changes() -> None:
    assert difference("") == Difference(blocks=[], added=0, removed=0)


def test_long_unchanged_runs_are_folded_and_four_lines_stay_around_a_change() -> None:
    shown = difference(render(object_with(60), object_with(60, key030=999)))
    assert (shown.added, shown.removed) == (1, 1)
    assert [(block.folded, len(block.lines)) for block in shown.blocks] == [(True, 30), (False, 4), (False, 2), (False, 4), (True, 25)]


def test_lines_are_numbered_as_before_and_after() -> None:
    shown = difference(render(object_with(3), object_with(3, key001=7)))
    numbers = [(line.before, line.after, line.text.strip()) for block in shown.blocks for line in block.lines if "key" in line.text]
    assert numbers == [(5, 5, "key000: 0"), (6, None, "key001: 1"), (None, 6, "key001: 7"), (7, 7, "key002: 2")]


@pytest.mark.parametrize("sign", ["+", "-"])
def test_text_that_looks_like_a_header_is_a_line_like_any_other(sign: str) -> None:
    before: dict[str, object] = {"kind": "Thing", "metadata": {}, "text": sign * 3}
    shown = difference(render(before, {**before, "text": "else"}))
    assert f"-text: '{sign * 3}'" in lines_of(shown) or f"-text: {sign * 3}" in lines_of(shown)


values = st.dictionaries(st.text("abc", min_size=1, max_size=2), st.text("+-@ \nx", max_size=6), max_size=30)


@given(values, values)
def test_no_line_is_ever_left_out(before: dict[str, str], after: dict[str, str]) -> None:
    text = render({"kind": "T", "metadata": {}, **before}, {"kind": "T", "metadata": {}, **after})
    assert lines_of(difference(text)) == text.splitlines()[2:]
