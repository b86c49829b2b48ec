"""What a check found: the result of every policy on every object, and what could not be read."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cli.manifests.comments import Ignored
from cli.manifests.objects import Spot
from guidance.documents.patch import Operation
from guidance.documents.source import Problem
from guidance.judging.results import Outcome, Result
from guidance.policies.policy import Enforcement, Severity

PASSED, VIOLATED, NOT_JUDGED = 0, 1, 2
"""Exit codes."""
KNOWN = "known in the baseline"
"""Why a violation is skipped that the user asked not to hear of."""


@dataclass(frozen=True)
class Judged:
    """All results on one object. `spots` has one for each finding of each result.

    `patch` leads from the document to the one in which the object has all fixes at once.
    """

    file: str
    document: int
    line: int
    resource: dict[str, str]
    results: tuple[Result, ...]
    spots: tuple[tuple[Spot, ...], ...]
    patch: tuple[Operation, ...] = ()

    @property
    def title(self) -> str:
        """`Deployment payments/api`."""
        name = "/".join(filter(None, (self.resource["namespace"], self.resource["name"])))
        return f"{self.resource['kind']} {name}".strip()

    def rows(self) -> Iterator[tuple[Result, tuple[Spot, ...]]]:
        yield from zip(self.results, self.spots, strict=True)


@dataclass(frozen=True)
class Rule:
    """What people read about a policy, and whether it `mends` some of what it finds."""

    name: str
    title: str
    rationale: str
    severity: Severity
    enforcement: Enforcement
    controls: tuple[str, ...] = ()
    mends: bool = False


@dataclass(frozen=True)
class Unmended:
    """What could not be written, and why; `path` is a JSON pointer into the document."""

    path: str
    reason: str


@dataclass(frozen=True)
class Rewritten:
    """The text of a document with all of its fixes but those that are `left`; `number` is that of its chunk."""

    file: str
    number: int
    text: str = field(repr=False)
    left: tuple[Unmended, ...] = ()


@dataclass(frozen=True)
class Report:
    """`unused` are comments that ignore what nobody complains about; `sources` the texts of the files; `rules` who was asked.

    `rewritten` are the documents that have fixes, where they were asked for.
    """

    judged: tuple[Judged, ...] = ()
    problems: tuple[Problem, ...] = ()
    unused: tuple[Ignored, ...] = ()
    sources: dict[str, str] = field(default_factory=dict, repr=False)
    rules: tuple[Rule, ...] = ()
    rewritten: tuple[Rewritten, ...] = field(default=(), repr=False)

    def counts(self) -> dict[str, int]:
        """How many results there are of each outcome."""
        found = Counter(result.outcome for one in self.judged for result in one.results)
        return {outcome.value: found[outcome] for outcome in Outcome}

    def exit_code(self, fail_on: Enforcement) -> int:
        """What could not be judged weighs more than what is wrong: nobody knows what else there is."""
        results = [result for one in self.judged for result in one.results]
        if self.problems or any(is_broken(result) for result in results):
            return NOT_JUDGED
        return VIOLATED if any(refuses(result, fail_on) for result in results) else PASSED


def is_broken(result: Result) -> bool:
    """Whether a policy could not judge, and does not say that this is to be ignored (`failurePolicy`)."""
    return result.outcome is Outcome.ERROR and result.enforcement is not Enforcement.ADVISORY


def refuses(result: Result, fail_on: Enforcement) -> bool:
    return result.outcome in {Outcome.FAIL, Outcome.WARN} and result.enforcement.rank >= fail_on.rank


def merged(reports: Sequence[Report]) -> Report:
    """One after the other."""
    return Report(
        judged=tuple(one for report in reports for one in report.judged),
        problems=tuple(problem for report in reports for problem in report.problems),
        unused=tuple(one for report in reports for one in report.unused),
        sources={file: text for report in reports for file, text in report.sources.items()},
        rewritten=tuple(one for report in reports for one in report.rewritten),
    )
