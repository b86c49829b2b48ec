"""What the objects come with: parameters, and how they are now."""

from collections.abc import Iterable

from cli.check.judging import Identity, identity, read
from cli.errors import BadInput
from cli.manifests.files import STDIN, read_all
from cli.manifests.objects import Item, Object
from cli.manifests.parsing import chunks
from guidance.documents.source import Problem
from guidance.policies.binding import Context


def context(params: Iterable[str]) -> Context:
    """Raises BadInput."""
    return Context(params=[item.manifest for file in params for item in objects(file)])


def old_objects(file: str | None) -> dict[Identity, Object]:
    """Raises BadInput."""
    return {} if file is None else {identity(item): item.manifest for item in objects(file)}


def objects(path: str) -> list[Item]:
    """All objects of a file or folder. Raises BadInput for the first thing that is none."""
    found: list[Item] = []
    for file in read_all([path]):
        if isinstance(file, Problem):
            raise BadInput(file)
        for chunk in chunks(file.text, file.name):
            items, problems = read(chunk)
            if problems:
                raise BadInput(problems[0])
            found += items
    if not found:
        raise BadInput(Problem("standard input" if path == STDIN else path, 1, 1, "holds no object"))
    return found
