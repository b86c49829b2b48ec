"""The patch that `--diff` shows says how one text becomes the other, and takes a time that grows as they do."""

import difflib
import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.mending import patching
from cli.mending.patching import unified

HEAD = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@\n")
LINES = st.lists(st.sampled_from(["a\n", "b\n", "c\n", "d\n"]), max_size=40)


def applied(old: Sequence[str], patch: Sequence[str]) -> list[str]:
    """What the patch makes of the old lines; it must say the truth about them."""
    new: list[str] = []
    at = 0
    for line in patch[2:]:
        if found := HEAD.fullmatch(line):
            start, count, new_start, new_count = (int(one) if one is not None else 1 for one in found.groups())
            start, new_start = start - bool(count), new_start - bool(new_count)
            new += old[at:start]
            at = start
            assert len(new) == new_start
        elif line[0] == "+":
            new.append(line[1:])
        else:
            assert old[at] == line[1:]
            new += [line[1:]] if line[0] == " " else []
            at += 1
    return [*new, *old[at:]]


@given(LINES, LINES, st.sampled_from([2, 5, 200]))
def test_the_patch_leads_from_one_to_the_other(old: list[str], new: list[str], window: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patching, "WINDOW", window)
        assert applied(old, list(unified(old, new, "api.yaml"))) == new


@pytest.mark.parametrize("changed", [[0], [19], [3, 9], [3, 10], [3, 11], [0, 8, 19], list(range(20))])
def test_it_looks_as_others_do(changed: list[int]) -> None:
    old = [f"{number}\n" for number in range(20)]
    new = [line for number, line in enumerate(old) for line in (["x\n", line] if number in changed else [line])]

    for one, other in ((old, new), (new, old)):
        assert list(unified(one, other, "api.yaml")) == list(difflib.unified_diff(one, other, "api.yaml", "api.yaml"))


def test_the_same_text_has_no_patch() -> None:
    assert list(unified(["a\n"], ["a\n"], "api.yaml")) == []


def test_long_texts_take_their_time_once() -> None:
    old = [f"{number % 30}\n" for number in range(60_000)]
    new = [line for number, line in enumerate(old) for line in ([line, "new\n"] if number % 7 == 0 else [line])]
    start = time.process_time()

    patch = list(unified(old, new, "api.yaml"))

    assert time.process_time() - start < 10
    assert applied(old, patch) == new
