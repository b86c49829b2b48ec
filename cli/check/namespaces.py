"""The Namespaces that objects go to: those that were given, and those among the checked objects themselves."""

import re
from collections.abc import Iterable, Iterator, Mapping

from cli.check.context import objects
from cli.check.judging import read
from cli.errors import BadInput
from cli.manifests.objects import Item, Object
from cli.manifests.parsing import Chunk
from guidance.documents.source import Problem
from guidance.manifests.resources import NAMESPACE, resource

MENTION = re.compile(r"""kind["']?\s*:\s*["']?Namespace\b""")
"""What a document that holds a Namespace has somewhere: the others need not be read twice."""


def given(files: Iterable[str]) -> dict[str, Object]:
    """By name. Raises BadInput for what is none."""
    found = [item for file in files for item in objects(file)]
    for item in found:
        if not _is_one(item):
            message = f"--namespace-object wants objects of the kind Namespace, and this is a {item.identity['kind']}"
            raise BadInput(Problem(item.file, item.line, 1, message))
    return dict(_named(found))


def among(chunks: Iterable[Chunk]) -> dict[str, Object]:
    """By name. What cannot be read is told when it is judged."""
    found = [item for chunk in chunks if MENTION.search(chunk.text) for item in read(chunk)[0]]
    return dict(_named(filter(_is_one, found)))


def only(namespaces: Mapping[str, Object]) -> str:
    """The name of the only one, which is where objects go that do not say so themselves; "" where there are others."""
    name, *others = namespaces or [""]
    return "" if others else name


def _named(found: Iterable[Item]) -> Iterator[tuple[str, Object]]:
    return ((item.identity["name"], item.manifest) for item in found)


def _is_one(item: Item) -> bool:
    return resource(item.identity["apiVersion"], item.identity["kind"]) == NAMESPACE
