"""What a finding is known by from one check to the next, when lines have moved and lists have grown."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

Print = tuple[str, ...]


def fingerprint(resource: Mapping[str, str], policy: str, place: str) -> Print:
    """The object, the policy and the place in the object as names tell it (`Spot.place`). The file may have moved."""
    return (resource["kind"], resource["namespace"], resource["name"], policy, place)


def digests(prints: Iterable[Print]) -> Iterator[str]:
    """A short text for each; equal ones are numbered, so that each is its own."""
    seen: Counter[Print] = Counter()
    for one in prints:
        seen[one] += 1
        yield f"{hashlib.sha256(chr(0).join(one).encode()).hexdigest()[:16]}:{seen[one]}"
