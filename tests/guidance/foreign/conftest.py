"""Policies of other engines, read from texts, and what they say."""

from collections.abc import Callable
from textwrap import dedent
from typing import Any

import pytest

from guidance.documents.source import PolicyError
from guidance.foreign.bundle import Bundle
from guidance.foreign.exceptions import exempted
from guidance.foreign.files import bundle
from guidance.judging.compiled import compile_policies
from guidance.judging.results import judge
from guidance.policies.binding import Context
from tests.guidance.manifests import Manifest

FILE = "policies.yaml"
Said = dict[str, str]
Read = Callable[..., Bundle]
Judge = Callable[..., Said]
Told = Callable[..., list[str]]


@pytest.fixture
def read() -> Read:
    """What these texts hold; they are the documents of one file."""

    def read(*texts: str) -> Bundle:
        return bundle({FILE: "---\n".join(dedent(text) for text in texts)})

    return read


@pytest.fixture
def outcomes() -> Judge:
    """The result of each policy of a bundle that is about the manifest, by its name."""

    def outcomes(read: Bundle, manifest: Manifest, *, namespace: str = "shop", **context: Any) -> Said:
        known = Context(**context)
        allowed = exempted(read.exceptions, manifest, namespace=namespace, context=known)
        policies = compile_policies(read.policies)
        results = judge(policies, manifest, namespace=namespace, enforcement=read.levels, context=known, exempted=allowed).results
        return {result.policy: result.outcome.value for result in results}

    return outcomes


@pytest.fixture
def told(read: Read) -> Told:
    """Everything that is wrong with these texts, each with its place, without the name of the file."""

    def told(*texts: str) -> list[str]:
        with pytest.raises(PolicyError) as caught:
            compile_policies(read(*texts).policies)
        return [str(problem).removeprefix(f"{FILE}:") for problem in caught.value.problems]

    return told
