"""A file with the fixes of all its objects."""

from collections import defaultdict
from collections.abc import Iterable

from cli.check.report import Judged
from cli.manifests.files import File
from cli.manifests.parsing import Chunk, chunks, document
from cli.mending.differences import differences
from cli.mending.writing import written
from guidance.documents.patch import Operation
from guidance.documents.pointer import find
from guidance.documents.source import Problem


def mended(file: File, judged: Iterable[Judged]) -> tuple[str, list[Problem]]:
    """The text, and which fixes could not be written into it."""
    line_break = "\r\n" if "\r\n" in file.text else "\n"
    text = file.text.replace("\r\n", "\n")
    by_document: dict[int, list[Judged]] = defaultdict(list)
    for one in judged:
        if one.mended is not None:
            by_document[one.document].append(one)
    parts, problems = [], list[Problem]()
    for chunk in chunks(text, file.name):
        part, refused = written(chunk, _operations(chunk, by_document[chunk.number])) if chunk.number in by_document else (chunk.text, [])
        parts.append(part)
        problems += [Problem(file.name, by_document[chunk.number][0].line, 1, f"not mended: {reason}") for reason in refused]
    parts.append(text[sum(len(chunk.text) for chunk in chunks(text, file.name)) :])
    return "".join(parts).replace("\n", line_break), problems


def _operations(chunk: Chunk, judged: Iterable[Judged]) -> list[Operation]:
    """Paths stay true: the fixes of one object never move another one."""
    found = document(chunk)
    assert found is not None  # noqa: S101 objects of it were judged
    return [operation for one in judged for operation in differences(find(found.value, one.at), one.mended, one.at)]
