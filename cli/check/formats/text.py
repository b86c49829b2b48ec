"""The report for people: each finding as a good compiler would tell it."""

import json
from collections.abc import Iterator, Sequence
from functools import cached_property
from unicodedata import east_asian_width

from cli.check.report import KNOWN, Judged, Report
from cli.check.sources import Sources
from cli.colours import PLAIN, Paint
from cli.manifests.objects import Spot
from guidance.documents.jsontype import JsonValue
from guidance.documents.patch import Operation
from guidance.documents.source import Problem
from guidance.judging.evaluation import WELL_FORMED, Finding
from guidance.judging.results import Outcome, Result
from guidance.policies.policy import Enforcement

LONGEST_LINE = 160
SHORT = 60
UNSEEN = {
    **dict.fromkeys([*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\N{REPLACEMENT CHARACTER}"),
    ord("\t"): " ",
    ord("\n"): "\n",
}
"""Characters that would steer the terminal, or turn the text around: whoever wrote the manifest has no say there."""
HINT = " --diff shows what can be mended, --fix mends it."


def render(report: Report, paint: Paint = PLAIN, *, hints: bool = True) -> str:
    """All findings, then one line that counts them, and a hint where something can be mended."""
    teller = _Teller(Sources(report.sources), paint)
    blocks = [block for judged in report.judged for block in teller.told(judged)]
    blocks += [
        f"{paint('quiet', 'note')}: {one.file}:{one.line}: the comment ignores {one.policy}, which finds nothing here: remove it"
        for one in report.unused
    ]
    return "\n".join([*blocks, summary(report) + (HINT if hints and _can_be_mended(report) else "")])


def problem(one: Problem, sources: Sources, paint: Paint = PLAIN) -> str:
    """What could not be read or used, with its line."""
    teller = _Teller(sources, paint)
    head = f"{paint('error', 'error')}: {_clean(f'{one.file}:{one.line}:{one.column}: {one.message}')}"
    return "\n".join([head, *teller.quoted(one.file, Spot(one.line, one.column, one.line, one.column + 1), "", "error")])


def summary(report: Report) -> str:
    counts = report.counts()
    wrong = [result for judged in report.judged for result in judged.results if result.outcome in {Outcome.FAIL, Outcome.WARN}]
    findings = [finding for result in wrong for finding in result.findings]
    parts = [
        counted(sum(finding.enforcement is not Enforcement.ADVISORY for finding in findings), "error"),
        counted(sum(finding.enforcement is Enforcement.ADVISORY for finding in findings), "piece of advice", "pieces of advice"),
        *([f"{counts['error']} could not be judged"] if counts["error"] else []),
        *([f"{counts['skip']} skipped"] if counts["skip"] else []),
        f"{counts['pass']} passed",
    ]
    told = f"{counted(len(report.judged), 'object')} in {counted(len(report.sources), 'file')}: {', '.join(parts)}."
    if report.problems:
        told += f" {counted(len(report.problems), 'problem')} kept something from being judged."
    return told


def _can_be_mended(report: Report) -> bool:
    """Of what only advises it is not known whether the fix would hold, but whether there is one."""
    mending = {rule.name for rule in report.rules if rule.mends}
    return any(
        finding.fix or (finding.enforcement is Enforcement.ADVISORY and finding.policy in mending)
        for judged in report.judged
        for result in judged.results
        if result.outcome in {Outcome.FAIL, Outcome.WARN}
        for finding in result.findings
    )


class _Teller:
    def __init__(self, sources: Sources, paint: Paint) -> None:
        self._sources = sources
        self._paint = paint

    @cached_property
    def _bar(self) -> str:
        return self._paint("quiet", "|")

    def told(self, judged: Judged) -> Iterator[str]:
        for result, spots in judged.rows():
            if result.outcome is Outcome.SKIP:
                if result.because != KNOWN:
                    yield self._skipped(judged, result, spots)
            else:
                for finding, spot in zip(result.findings, spots, strict=True):
                    yield "\n".join(self._finding(judged, result, finding, spot)) + "\n"

    def quoted(self, file: str, spot: Spot, label: str, style: str) -> Iterator[str]:
        """The line, and a caret under what is meant."""
        line = self._sources.line(file, spot.line)
        if line is None or not line.strip():
            return
        margin = " " * len(str(spot.line))
        line, column = _cut(_clean(line), spot.column)
        stop = column + spot.end_column - spot.column if spot.end_line == spot.line else len(line) + 1
        carets = "^" * max(1, _width(line[column - 1 : stop - 1]))
        yield f"{margin} {self._bar}"
        yield f"{self._paint('quiet', str(spot.line))} {self._bar} {line}"
        yield f"{margin} {self._bar} {' ' * _width(line[: column - 1])}{self._paint(style, f'{carets} {label}'.rstrip())}"

    def _finding(self, judged: Judged, result: Result, finding: Finding, spot: Spot) -> Iterator[str]:
        style = "advice" if finding.enforcement is Enforcement.ADVISORY else "error"
        margin = " " * len(str(spot.line))
        yield f"{self._paint(style, f'{style}[{finding.policy}]')}: {self._paint('strong', _clean(finding.message))}"
        where = _clean(f"{judged.file}:{spot.line}:{spot.column}  {judged.title}")
        yield f"{margin}{self._paint('quiet', '-->')} {where}{self._paint('quiet', _clean(_and_container(finding)))}"
        yield from self.quoted(judged.file, spot, _clean(_label(finding, spot)), style)
        if finding.fault is not None:
            yield f"{margin} {self._paint('quiet', '=')} policy: {finding.fault}"
        elif finding.enforcement is not Enforcement.ADVISORY and (advice := _advice(finding)):
            yield f"{margin} {self._paint('quiet', '=')} {self._paint('fix', _clean(advice))}"
        about = f"= {result.enforcement.value}, severity {result.severity.value}, at {finding.path or '/'}"
        yield f"{margin} {self._paint('quiet', _clean(about))}"

    def _skipped(self, judged: Judged, result: Result, spots: Sequence[Spot]) -> str:
        line = spots[0].line if spots else judged.line
        return f"{self._paint('skipped', f'skipped[{result.policy}]')}: " + _clean(
            f"{judged.file}:{line}  {judged.title}: {result.because}"
        )


def _label(finding: Finding, spot: Spot) -> str:
    """What stands there is in sight; what should stand there is not."""
    if finding.fault is not None:
        return ""
    if spot.missing:
        return f"{spot.missing} is missing" + (f": expected {_short(finding.expected)}" if finding.expected is not None else "")
    return f"expected {_short(finding.expected)}" if finding.expected is not None else ""


def _advice(finding: Finding) -> str:
    if finding.fix:
        return "fix: " + "; ".join(map(_operation, finding.fix))
    if finding.policy == WELL_FORMED:
        return ""
    if finding.expected is not None:
        return "no fix: only you can know the value"
    return "no fix: no safe change is known"


def _operation(operation: Operation) -> str:
    where = str(operation["path"])
    if operation["op"] == "remove":
        return f"remove {where}"
    verb = "set" if operation["op"] == "replace" else "add"
    return f"{verb} {where}: {_short(operation['value'])}"


def _width(text: str) -> int:
    """Cells of the terminal: Chinese, Japanese and Korean characters take two."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _clean(text: str) -> str:
    return text if text.isprintable() else text.translate(UNSEEN)  # almost every text is


def _short(value: JsonValue) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHORT or isinstance(value, str) else text[: SHORT - 1] + "…"


def _cut(line: str, column: int) -> tuple[str, int]:
    """A part of a very long line around the column."""
    if len(line) <= LONGEST_LINE:
        return line, column
    start = max(0, min(column - LONGEST_LINE // 2, len(line) - LONGEST_LINE))
    return line[start : start + LONGEST_LINE], column - start


def _and_container(finding: Finding) -> str:
    return f", container {finding.container}" if finding.container else ""


def counted(number: int, one: str, many: str = "") -> str:
    """`1 file`, `2 files`."""
    return f"{number} {one if number == 1 else many or one + 's'}"
