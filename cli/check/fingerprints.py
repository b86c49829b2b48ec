"""What a finding is known by from one check to the next, when lines have moved and lists have grown."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from guidance.documents.pointer import parse

Print = tuple[str, ...]
WRAPPED = re.compile(r"(/items/\d+)*(/request/object)?")
"""Where an object lies in a list or a review; no object has such members itself."""
CONTAINERS = frozenset({"containers", "initContainers", "ephemeralContainers"})


def fingerprint(resource: Mapping[str, str], policy: str, path: str, container: str | None) -> Print:
    """The object, the policy and the place; a container is known by its name, not by its number. The file may have moved."""
    return (resource["kind"], resource["namespace"], resource["name"], policy, _stable(path, container))


def digests(prints: Iterable[Print]) -> Iterator[str]:
    """A short text for each; equal ones are numbered, so that each is its own."""
    seen: Counter[Print] = Counter()
    for one in prints:
        seen[one] += 1
        yield f"{hashlib.sha256(chr(0).join(one).encode()).hexdigest()[:16]}:{seen[one]}"


def _stable(path: str, container: str | None) -> str:
    path = path.removeprefix(WRAPPED.match(path)[0])  # type: ignore[index]  # it matches everything
    if container is None:
        return path
    tokens = parse(path)
    index = next((index for index, token in enumerate(tokens) if token in CONTAINERS), len(tokens))
    return "/".join((*tokens[: index + 1], container, *tokens[index + 2 :]))
