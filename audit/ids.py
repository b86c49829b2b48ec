"""Ids of rows that come one after another."""

import os
import time
from uuid import UUID

VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
RANDOM_BITS = (1 << 80) - 1 & ~(0xF << 76) & ~(0b11 << 62)


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562), which Python itself makes from 3.14 on: milliseconds of the clock, then 74 random bits.

    Neighbours in time are neighbours in every index. Random ids would touch another page of each index with every row, and have
    PostgreSQL write that page whole into its log after every checkpoint.
    """
    now = time.time_ns() // 1_000_000
    return UUID(int=now << 80 | VERSION_AND_VARIANT | int.from_bytes(os.urandom(10)) & RANDOM_BITS)
