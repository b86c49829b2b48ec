"""A policy's own examples, run: they are its documentation, so they must be true."""

import json
from collections.abc import Iterator
from dataclasses import replace

from guidance.documents.patch import apply
from guidance.documents.pointer import find
from guidance.documents.source import Problem
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import Evaluation, Finding, evaluate
from guidance.policies.binding import Context
from guidance.policies.policy import ExpectedFinding, Failing, Passing


def problems(policy: CompiledPolicy) -> list[Problem]:
    """What the policy says otherwise than its examples do; empty when all of them hold. Each points at the example in the file."""
    source, examples = policy.policy.source, policy.policy.examples
    found = []
    for index, passing in enumerate(examples.passing):
        for finding in judged(policy, passing).findings:
            found.append(source.problem(("examples", "pass", index), f"should pass, but: {finding.message} ({finding.path or '/'})"))  # noqa: PERF401
    for index, failing in enumerate(examples.failing):
        found += [source.problem(("examples", "fail", index), message) for message in _untrue(policy, failing)]
    return found


def judged(policy: CompiledPolicy, example: Passing) -> Evaluation:
    """What the policy says of an example, with its own bindings and parameters."""
    known, namespace = example.namespace_object, ""
    if known is not None and not find(example.manifest, ("metadata", "namespace")):
        namespace = str(find(known, ("metadata", "name")) or "")
    return evaluate([policy], example.manifest, namespace=namespace, old=example.old, context=Context(namespace_object=known))


def _untrue(policy: CompiledPolicy, example: Failing) -> Iterator[str]:
    evaluation = judged(policy, example)
    told = {finding.path: finding for finding in evaluation.findings}
    for expected in example.findings:
        if (finding := told.pop(expected.path, None)) is None:
            yield f"should have a finding at {expected.path or '/'}, but has none"
            continue
        yield from (f"the finding at {expected.path or '/'} {told}" for told in _differences(expected, finding))
    yield from (f"has a finding that it does not list: {finding.message} ({path or '/'})" for path, finding in told.items())
    yield from _unmended(policy, example, evaluation)


def _differences(expected: ExpectedFinding, found: Finding) -> Iterator[str]:
    """What to write in the file where the policy is right."""
    if expected.message is not None and expected.message != found.message:
        yield f"says {json.dumps(found.message, ensure_ascii=False)}, not {json.dumps(expected.message, ensure_ascii=False)}"
    if expected.container != found.container:
        yield (
            f"is about the container {found.container}: write container: {found.container}"
            if found.container
            else (f"is about no container: leave container: {expected.container} out")
        )
    if expected.fixed and found.fix is None:
        yield "has no fix: write fixed: false"
    if not expected.fixed and found.fix is not None:
        yield "has a fix: leave fixed: false out"


def _unmended(policy: CompiledPolicy, example: Failing, evaluation: Evaluation) -> Iterator[str]:
    """A fix that is offered must work when it is sent back as it is."""
    for finding in evaluation.findings:
        mended = apply(example.manifest, finding.fix or [])
        if finding.fix is not None and isinstance(mended, dict):
            left = [other.message for other in judged(policy, replace(example, manifest=mended)).findings if other.path == finding.path]
            yield from (f"is not mended by the fix at {finding.path}: {message}" for message in left)
