"""A check by the policies, enforcement and exemptions of a running product: what submission would say."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

import yaml

from cli.check.judging import judged, read, rewritten
from cli.check.report import Report, Rule
from cli.errors import ServerError
from cli.manifests.files import File
from cli.manifests.objects import Item
from cli.manifests.parsing import chunks
from cli.server import Object, Server
from guidance.documents.jsontype import JsonValue
from guidance.documents.source import Loader, Problem
from guidance.judging.evaluation import Finding
from guidance.judging.results import Outcome, Result, Results
from guidance.policies.policy import Enforcement, Severity

TELL_OF_RULES = frozenset({"sarif", "policyreport"})
"""Outputs that tell more about a policy than its results do."""
AT_ONCE = 100
"""Manifests in one call."""


def checker(options: argparse.Namespace) -> Callable[[Sequence[File | Problem]], Report]:
    """Raises ServerError, now or when it is called."""
    server = Server.at(options.server)
    known = rules(server) if options.output in TELL_OF_RULES else ()

    def run(files: Sequence[File | Problem]) -> Report:
        found = check(server, files, namespace=options.namespace, cluster=options.cluster, rewrites=options.fix or options.diff)
        return replace(found, rules=known)

    return run


def check(server: Server, files: Sequence[File | Problem], *, namespace: str, cluster: str, rewrites: bool) -> Report:
    """Comments that ignore a policy do not count: they would not at submission either. Raises ServerError."""
    texts = [file for file in files if isinstance(file, File)]
    problems = [file for file in files if isinstance(file, Problem)]
    items: list[Item] = []
    for chunk in (chunk for file in texts for chunk in chunks(file.text, file.name)):
        found, wrong = read(chunk)
        items += found
        problems += wrong
    results = [one for some in _together(items) for one in _asked(server, some, namespace, cluster)]
    every = tuple(judged(item, one) for item, one in zip(items, results, strict=True))
    return Report(
        judged=every,
        problems=tuple(problems),
        sources={file.name: file.text for file in texts},
        rewritten=rewritten(items, every) if rewrites else (),
    )


def rules(server: Server) -> tuple[Rule, ...]:
    """What people read about the policies in force. Raises ServerError."""
    return tuple(_rule(row) for row in server.policies())


def _together(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """What is asked in one call: many manifests, or one review."""
    for reviewed, some in groupby(items, key=lambda item: item.review is not None):
        alike, size = list(some), 1 if reviewed else AT_ONCE
        yield from (alike[start : start + size] for start in range(0, len(alike), size))


def _asked(server: Server, items: Sequence[Item], namespace: str, cluster: str) -> list[Results]:
    review = items[0].review
    if review is None:
        answer = server.evaluate([item.manifest for item in items], namespace=namespace, cluster=cluster)
    else:
        answer = server.review({**review, "namespace": items[0].namespace or namespace}, cluster=cluster)
    found: list[list[Result]] = [[] for _ in items]
    mended: JsonValue = answer.get("mended")
    try:
        for row in _rows(answer):
            found[int(str(row["document"])) - 1].append(_result(row))
    except (KeyError, ValueError, TypeError, IndexError) as error:
        raise ServerError(
            f"{server.url} gave results that I do not understand: is this command as new as the product? ({error})"
        ) from error
    objects = mended if isinstance(mended, list) and len(mended) == len(items) else [None] * len(items)
    return [Results(tuple(some), one if isinstance(one, dict) else None) for some, one in zip(found, objects, strict=True)]


def _rows(answer: Object) -> Iterator[Object]:
    results = answer["results"]
    if not isinstance(results, list):
        raise TypeError("results is no list")
    for row in results:
        if not isinstance(row, dict):
            raise TypeError("a result is no object")
        yield row


def _result(row: Object) -> Result:
    findings = row["findings"]
    if not isinstance(findings, list):
        raise TypeError("findings is no list")
    because = row.get("because")
    policy, version = str(row["policy"]), str(row["version"])
    severity, level = Severity(str(row["severity"])), Enforcement(str(row["enforcement"]))
    return Result(
        policy,
        version,
        severity,
        level,
        Outcome(str(row["result"])),
        tuple(_finding(one, policy, version, severity, level) for one in findings if isinstance(one, dict)),
        because if isinstance(because, str) else None,
    )


def _finding(row: Object, policy: str, version: str, severity: Severity, level: Enforcement) -> Finding:
    container, fix = row.get("container"), row.get("fix")
    return Finding(
        policy=policy,
        version=version,
        severity=severity,
        enforcement=Enforcement(str(row.get("enforcement", level))),
        message=str(row["message"]),
        path=str(row["path"]),
        container=container if isinstance(container, str) else None,
        current=row.get("current"),
        expected=row.get("expected"),
        fix=[step for step in fix if isinstance(step, dict)] if isinstance(fix, list) else None,
    )


def _rule(row: Object) -> Rule:
    """The file as its author wrote it tells the title; a product of another version may have what is not known here."""
    name, level = str(row.get("slug")), Enforcement(str(row.get("enforcement")))
    written = next(iter(yaml.load_all(str(row.get("source", "")), Loader=Loader)), None)  # bindings and parameters follow
    about = written.get("guidance", {}) if isinstance(written, dict) else {}
    try:
        controls = tuple(about.get("controls", ()))
        return Rule(name, about["title"], about["rationale"], Severity(about["severity"]), level, controls)
    except (KeyError, ValueError, TypeError):
        return Rule(name, name, name, Severity.MEDIUM, level)
