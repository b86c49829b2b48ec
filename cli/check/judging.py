"""One document judged: its objects, by all policies, with the place of every finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from cli.check.report import Judged, Report, Rewritten
from cli.errors import BadInput
from cli.manifests.comments import Ignored, ignored
from cli.manifests.objects import Item, Object, items
from cli.manifests.parsing import Chunk, document
from cli.mending.differences import differences
from guidance.documents.patch import Operation
from guidance.documents.pointer import pointer, typed
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
    """Everything that a document is judged by. `old` are the objects as they are now, by what they are known by; `namespaces` those that
    are known, by name; `namespace` is where objects go that do not say so themselves.

    Fixes are looked for at the level `mend_from` and above; `rewrites`: they are written into the texts, too.
    """

    policies: tuple[CompiledPolicy, ...]
    levels: Mapping[str, Enforcement] = field(default_factory=dict)
    namespace: str = ""
    namespaces: Mapping[str, Object] = field(default_factory=dict)
    context: Context = field(default_factory=Context)
    old: Mapping[Identity, Object] = field(default_factory=dict)
    exceptions: "tuple[PolicyException, ...]" = ()
    rewrites: bool = False
    mend_from: Enforcement | None = Enforcement.ADVISORY

    def __call__(self, chunk: Chunk) -> Report:
        """Everything about one document; what cannot be read in it is a problem of the report."""
        found, problems = read(chunk)
        comments = list(ignored(chunk))
        problems += [comment for comment in comments if isinstance(comment, Problem)]
        reasons = {comment.policy: comment for comment in comments if isinstance(comment, Ignored)}
        results = [self.results(item, {policy: comment.reason for policy, comment in reasons.items()}) for item in found]
        every = tuple(judged(item, one) for item, one in zip(found, results, strict=True))
        used = {result.policy for one in results for result in one.with_outcome(Outcome.SKIP)}
        return Report(
            judged=every,
            problems=tuple(problems),
            unused=tuple(comment for policy, comment in reasons.items() if policy not in used) if found else (),
            rewritten=rewritten(found, every) if self.rewrites else (),
        )

    def results(self, item: Item, exempted: Mapping[str, str]) -> Results:
        namespace, old = item.identity["namespace"] or self.namespace, item.old or self.old.get(identity(item))
        context = replace(self.context, request=item.request, namespace_object=self.namespaces.get(namespace))
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
            singly=not self.rewrites,
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


def judged(item: Item, results: Results) -> Judged:
    """The results with paths into the document, where the object is an item of a list or lies in a review."""
    spots = tuple(
        tuple(item.spot(typed(item.manifest, finding.path)) for finding in result.findings) if result.findings else ()
        for result in results.results
    )
    found = tuple(_inside(item, result) for result in results.results) if item.at else results.results
    patch = tuple(differences(item.manifest, results.mended, item.at)) if results.mended is not None else ()
    return Judged(item.file, item.document.chunk.number, item.line, item.identity, found, spots, patch)


def rewritten(found: Sequence[Item], every: Sequence[Judged]) -> tuple[Rewritten, ...]:
    """The documents of these objects with all fixes. Paths stay true: the fixes of one object never move another one."""
    from cli.mending.writing import written  # most checks write nothing

    fixes: dict[int, list[Operation]] = {}
    for item, one in zip(found, every, strict=True):
        if one.patch:
            fixes.setdefault(id(item.document), []).extend(one.patch)
    documents = {id(item.document): item.document for item in found}
    return tuple(written(documents[which], patch) for which, patch in fixes.items())


def _inside(item: Item, result: Result) -> Result:
    prefix = pointer(item.at)
    findings = tuple(
        replace(finding, path=prefix + finding.path, fix=None if finding.fix is None else [_moved(prefix, one) for one in finding.fix])
        for finding in result.findings
    )
    return replace(result, findings=findings) if findings else result


def _moved(prefix: str, operation: Operation) -> Operation:
    return {**operation, "path": f"{prefix}{operation['path']}"}
