"""A file with the fixes of all its objects."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from cli.check.report import Rewritten
from cli.manifests.files import File
from cli.manifests.parsing import chunks, document
from guidance.documents.pointer import typed
from guidance.documents.source import Problem


def mended(file: File, rewritten: Iterable[Rewritten]) -> File:
    """What belongs to no document stays as it is."""
    new = {one.number: one.text for one in rewritten}
    every = list(chunks(file.text, file.name))
    rest = file.text[sum(len(chunk.text) for chunk in every) :]
    return replace(file, text="".join([*(new.get(chunk.number, chunk.text) for chunk in every), rest]))


def unmended(file: File, rewritten: Iterable[Rewritten]) -> Iterator[Problem]:
    """What could not be written, and where it stands in this file."""
    left = {one.number: one.left for one in rewritten if one.left}
    if not left:
        return
    for chunk in chunks(file.text, file.name):
        if chunk.number in left and (found := document(chunk)):
            for one in left[chunk.number]:
                place, _ = found.nearest(typed(found.value, one.path))
                yield Problem(file.name, place.line, place.column, f"not mended: {one.path} stays as it is: {one.reason}")
