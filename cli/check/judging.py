"""One document judged: its objects, by all policies, with the place of every finding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cli.check.report import Judged, Report
from cli.errors import BadInput
from cli.manifests.comments import Ignored, ignored
from cli.manifests.objects import Item, Object, items
from cli.manifests.parsing import Chunk, document
from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import Operation
from guidance.documents.pointer import Token, list_index, parse, pointer
from guidance.documents.source import Problem
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.results import Outcome, Result, Results, judge
from guidance.policies.binding import Context
from guidance.policies.policy import Enforcement

if TYPE_CHECKING:
    from guidance.foreign.exceptions import PolicyException

Identity = tuple[str, str, str, str]


@dataclass(frozen=True)
class Judge:
    """Everything that a document is judged by. `old` are the objects as they are now, by what they are known by.

    Fixes are looked for at the level `mend_from` and above; `mends`: keep the mended objects.
    """

    policies: tuple[CompiledPolicy, ...]
    levels: Mapping[str, Enforcement] = field(default_factory=dict)
    namespace: str = ""
    context: Context = field(default_factory=Context)
    old: Mapping[Identity, Object] = field(default_factory=dict)
    exceptions: "tuple[PolicyException, ...]" = ()
    mends: bool = False
    mend_from: Enforcement | None = Enforcement.ADVISORY

    def __call__(self, chunk: Chunk) -> Report:
        """Everything about one document; what cannot be read in it is a problem of the report."""
        found, problems = read(chunk)
        comments = list(ignored(chunk))
        problems += [comment for comment in comments if isinstance(comment, Problem)]
        reasons = {comment.policy: comment for comment in comments if isinstance(comment, Ignored)}
        results = [self.results(item, {policy: comment.reason for policy, comment in reasons.items()}) for item in found]
        used = {result.policy for one in results for result in one.with_outcome(Outcome.SKIP)}
        return Report(
            judged=tuple(judged(item, one, mends=self.mends) for item, one in zip(found, results, strict=True)),
            problems=tuple(problems),
            unused=tuple(comment for policy, comment in reasons.items() if policy not in used) if found else (),
        )

    def results(self, item: Item, exempted: Mapping[str, str]) -> Results:
        context = replace(self.context, request=item.request) if item.request else self.context
        namespace, old = item.namespace or self.namespace, item.old or self.old.get(identity(item))
        if self.exceptions:
            from guidance.foreign.exceptions import exempted as excepted  # few checks need it

            exempted = {**excepted(self.exceptions, item.manifest, namespace=namespace, old=old, context=context), **exempted}
        return judge(
            self.policies,
            item.manifest,
            namespace=namespace,
            old=old,
            enforcement=self.levels,
            context=context,
            exempted=exempted,
            mend_from=self.mend_from,
        )


def read(chunk: Chunk) -> tuple[list[Item], list[Problem]]:
    """The objects of a document, and what is none."""
    try:
        found = document(chunk)
    except BadInput as error:
        return [], [error.problem]
    every = list(items(found)) if found else []
    return [one for one in every if isinstance(one, Item)], [one for one in every if isinstance(one, Problem)]


def identity(item: Item) -> Identity:
    """Whatever version of its API an object is written in, it is the same."""
    known = item.identity
    return known["apiVersion"].rpartition("/")[0], known["kind"], known["namespace"], known["name"]


def judged(item: Item, results: Results, *, mends: bool = False) -> Judged:
    """The results with paths into the document, where the object is an item of a list or lies in a review."""
    spots = tuple(
        tuple(item.spot(tuple(_tokens(item.manifest, finding.path))) for finding in result.findings) if result.findings else ()
        for result in results.results
    )
    found = tuple(_inside(item, result) for result in results.results) if item.at else results.results
    mended = results.mended if mends else None
    return Judged(item.file, item.document.chunk.number, item.line, item.identity, found, spots, mended, item.at)


def _inside(item: Item, result: Result) -> Result:
    prefix = pointer(item.at)
    findings = tuple(
        replace(finding, path=prefix + finding.path, fix=None if finding.fix is None else [_moved(prefix, one) for one in finding.fix])
        for finding in result.findings
    )
    return replace(result, findings=findings) if findings else result


def _moved(prefix: str, operation: Operation) -> Operation:
    return {**operation, "path": f"{prefix}{operation['path']}"}


def _tokens(manifest: JsonValue, path: str) -> Iterator[Token]:
    """A pointer's tokens as the document has them: names in objects, indexes in lists."""
    here = manifest
    for name in parse(path):
        index = list_index(name) if isinstance(here, list) else None
        if index is not None and isinstance(here, list) and index < len(here):
            here = here[index]
            yield index
        else:
            here = here.get(name) if isinstance(here, dict) else None
            yield name
