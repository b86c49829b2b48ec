"""The one byte form of a value."""

from datetime import datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit import canonical

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def test_keys_are_sorted_and_nothing_is_escaped_that_need_not_be() -> None:
    assert canonical.encode({"b": [1, True, None], "a": "ü/"}) == '{"a":"ü/","b":[1,true,null]}'.encode()


def test_times_are_utc_with_six_digits() -> None:
    noon = datetime(2026, 11, 23, 12, tzinfo=timezone(timedelta(hours=1)))
    assert canonical.encode(noon) == b'"2026-11-23T11:00:00.000000Z"'


def test_ids_bytes_and_sets_have_one_form() -> None:
    value = {"id": UUID(int=1), "hash": b"\x01\xff", "groups": frozenset({"b", "a"})}
    assert canonical.encode(value) == b'{"groups":["a","b"],"hash":"01ff","id":"00000000-0000-0000-0000-000000000001"}'


@pytest.mark.parametrize("value", [1.5, float("nan"), datetime(2026, 1, 1), object()])  # noqa: DTZ001
def test_what_has_no_single_form_is_refused(value: object) -> None:
    with pytest.raises(canonical.NotCanonical):
        canonical.encode({"value": value})


@given(st.dictionaries(st.text(), json_values))
def test_the_order_of_the_members_does_not_matter(value: dict[str, object]) -> None:
    assert canonical.digest(dict(reversed(value.items()))) == canonical.digest(value)


def test_the_digest_names_its_algorithm() -> None:
    assert canonical.digest({}) == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
