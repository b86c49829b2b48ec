"""The tree hash, against RFC 6962's own recursive definition."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import root


def by_definition(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + by_definition(leaves[:split]) + by_definition(leaves[split:])).digest()


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40))
def test_it_is_the_tree_hash_of_the_rfc(leaves: list[bytes]) -> None:
    assert root(leaves) == by_definition(leaves)


def test_no_leaves_have_the_hash_of_nothing() -> None:
    assert root([]) == sha256(b"").digest()
