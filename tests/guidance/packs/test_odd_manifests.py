"""A manifest may lack anything, and hold anything: no policy that ships fails on it, and none is blamed for it."""

import copy
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from guidance.documents.pointer import Token
from guidance.judging.compiled import compile_policy
from guidance.judging.evaluation import evaluate
from guidance.policies.load import PACKS, load_policy, policy_files
from guidance.policies.packs import names

FILES = {f"{name}/{file.stem}": file for name in names() for file in policy_files(PACKS / name)}
ODD: list[Any] = ["x", 1, True, {}, [], {"a": "b"}, ["a"], [{"a": 1}], 1.5, None]
Manifest = dict[str, Any]


def places(value: object, at: tuple[Token, ...] = ()) -> Iterator[tuple[Token, ...]]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for token, item in members:
        yield (*at, token)
        yield from places(item, (*at, token))


def without(manifest: Manifest, at: tuple[Token, ...]) -> Manifest:
    changed = copy.deepcopy(manifest)
    del parent(changed, at)[at[-1]]
    return changed


def with_odd(manifest: Manifest, at: tuple[Token, ...], odd: object) -> Manifest:
    changed = copy.deepcopy(manifest)
    parent(changed, at)[at[-1]] = copy.deepcopy(odd)
    return changed


def parent(value: Any, at: tuple[Token, ...]) -> Any:
    for token in at[:-1]:
        value = value[token]
    return value


@pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())
def test_no_policy_is_blamed_for_an_odd_manifest(file: Path) -> None:
    policy = compile_policy(load_policy(file))
    odd = cycle(ODD)

    for example in (*policy.policy.examples.passing, *policy.policy.examples.failing):
        for at in places(example.manifest):
            for manifest in (without(example.manifest, at), with_odd(example.manifest, at, next(odd))):
                messages = [finding.message for finding in evaluate([policy], manifest, old=example.old).findings]
                assert not [message for message in messages if "could not judge" in message], manifest
