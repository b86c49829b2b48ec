"""Ids are UUIDs of version 7: whatever is younger by a millisecond has the greater id."""

from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

import time_machine

from audit.ids import new_id

AT = datetime(2026, 11, 25, 12, 0, 0, 123000, tzinfo=UTC)


def test_an_id_says_when_it_was_made() -> None:
    with time_machine.travel(AT, tick=False):
        made = new_id()

    assert (made.version, made.variant) == (7, RFC_4122)
    assert made.int >> 80 == int(AT.timestamp() * 1000)


def test_ids_follow_each_other_in_time() -> None:
    with time_machine.travel(AT, tick=False) as clock:
        ids = [new_id()]
        for _ in range(100):
            clock.shift(timedelta(milliseconds=1))
            ids.append(new_id())

    assert ids == sorted(ids)


def test_ids_of_the_same_moment_differ() -> None:
    with time_machine.travel(AT, tick=False):
        ids = {new_id() for _ in range(10_000)}

    assert len(ids) == 10_000
    assert len({made.int & 0xFFF for made in ids}) > 1000, "the last bits are random"
    assert len({made.int >> 64 & 0xFFF for made in ids}) > 1000, "and so are those beside the version"
