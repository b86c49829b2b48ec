"""Pure: the Merkle tree hash of RFC 6962, section 2.1, over SHA-256."""

from collections.abc import Sequence
from hashlib import sha256


def root(leaves: Sequence[bytes]) -> bytes:
    """The tree hash of the leaves in this order; of none: the hash of nothing."""
    if not leaves:
        return sha256(b"").digest()
    level = [sha256(b"\x00" + leaf).digest() for leaf in leaves]
    # RFC 6962 splits at the greatest power of two below n: pairing neighbours and carrying an odd last one up gives the same tree.
    while len(level) > 1:
        paired = [sha256(b"\x01" + left + right).digest() for left, right in zip(level[::2], level[1::2], strict=False)]
        level = paired + level[len(paired) * 2 :]
    return level[0]
