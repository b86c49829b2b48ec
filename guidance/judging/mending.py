"""Fixes, offered only when they are proven: the mended manifest is judged again by all policies."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import NotJson
from guidance.documents.patch import CannotPatch, Operation, Step, apply, operations
from guidance.documents.pointer import Token
from guidance.judging.subject import Malformed
from guidance.judging.violations import Key, Violation
from guidance.manifests.contradictions import Pair, contradictions

MOST_WORK = 20_000
"""Bounds the proofs, each of which judges all violations again: up to 140 violations, all fixes are proven one by one."""

Judge = Callable[[JsonValue, Sequence[Operation]], frozenset[Key]]


@dataclass(frozen=True)
class Mended:
    """Proven patches against the manifest as sent, and the manifest with all of them (None where nothing can be mended)."""

    fixes: dict[Key, list[Operation]]
    document: JsonValue


def mend(
    manifest: JsonValue,
    violations: Iterable[Violation],
    judge: Judge,
    *,
    mendable: Iterable[Violation],
    unmended: Collection[str] = (),
    singly: bool = True,
) -> Mended:
    """`judge` says which violations a manifest has after a patch; `mendable` are those of them that fixes are looked for.

    Fixes of policies that are `unmended` are offered, and left out of the document. Those that are not wanted `singly` are proven alone
    only if they cannot be proven together.
    """
    wanted = [(violation.key, steps) for violation in mendable if (steps := violation.steps())]
    if not wanted:
        return Mended({}, None)
    proof = _Proof(manifest, frozenset(violation.key for violation in violations), judge)
    if not singly and (document := proof.together({}, _without(unmended, dict(wanted)))) is not None:
        return Mended({}, document)
    most = MOST_WORK // len(proof.before)
    others = [step for steps in _without(unmended, dict(wanted)).values() for step in steps]
    whole = {key: proof.with_companions(steps, others) for key, steps in wanted[:most]}
    proven = {key: steps for key, steps in whole.items() if proof.holds(manifest, steps, {key})}
    fixes = {key: operations(manifest, steps) for key, steps in proven.items()}
    return Mended(fixes, proof.together(_without(unmended, proven), _without(unmended, dict(wanted[most:]))))


def _without(policies: Collection[str], steps: dict[Key, list[Step]]) -> dict[Key, list[Step]]:
    return {key: some for key, some in steps.items() if key[0] not in policies} if policies else steps


@dataclass(frozen=True)
class _Proof:
    manifest: JsonValue
    before: frozenset[Key]
    judge: Judge

    @cached_property
    def contradictions(self) -> frozenset[Pair]:
        return contradictions(self.manifest)

    def with_companions(self, steps: list[Step], others: Sequence[Step]) -> list[Step]:
        """The steps, and those of other fixes without which an API server would refuse what comes of them, or change it back."""
        try:
            after = apply(self.manifest, operations(self.manifest, steps))
        except CannotPatch:
            return steps
        mine = {step.tokens for step in steps}
        in_the_way = {other for value, other in contradictions(after) if value in mine or (value, other) not in self.contradictions}
        companions = [step for step in others if step.tokens in in_the_way and step not in steps]
        return self.with_companions([*steps, *companions], others) if companions else steps

    def holds(self, manifest: JsonValue, steps: Sequence[Step], gone: set[Key]) -> bool:
        """After these steps the violations are gone, none has come that was not there before, and an API server still takes it."""
        return self._after(manifest, steps, gone, []) is not None

    def together(self, proven: dict[Key, list[Step]], unproven: dict[Key, list[Step]]) -> JsonValue:
        """All fixes at once; where they get in each other's way, as many of the proven ones as go together."""
        every = {**proven, **unproven}
        if not every:
            return None
        mended = self._after(self.manifest, _ordered(step for steps in every.values() for step in steps), set(every), [])
        return self._one_by_one(proven) if mended is None else mended[0]

    def _one_by_one(self, proven: dict[Key, list[Step]]) -> JsonValue:
        if not proven:
            return None
        document, gone, patch = self.manifest, set[Key](), list[Operation]()
        for key, steps in proven.items():
            if (after := self._after(document, steps, {*gone, key}, patch)) is not None:
                document, patch = after
                gone.add(key)
        return document

    def _after(
        self, manifest: JsonValue, steps: Sequence[Step], gone: set[Key], earlier: Sequence[Operation]
    ) -> tuple[JsonValue, list[Operation]] | None:
        """The manifest with the steps and the whole patch that led to it, after the `earlier` one; None where it is not better."""
        try:
            patch = operations(manifest, steps)
            candidate = apply(manifest, patch)
            every = [*earlier, *patch]
            after = self.judge(candidate, every)
        except (CannotPatch, Malformed, NotJson):
            return None
        is_better = gone.isdisjoint(after) and after <= self.before and contradictions(candidate) <= self.contradictions
        return (candidate, every) if is_better else None


def _ordered(steps: Iterable[Step]) -> list[Step]:
    """Removals last and from the end of lists, so that no index moves under a later step."""
    every = list(steps)
    removals = [step for step in every if step.value is None]
    return [step for step in every if step.value is not None] + sorted(removals, key=_position, reverse=True)


def _position(step: Step) -> list[tuple[int, str]]:
    def ranked(token: Token) -> tuple[int, str]:
        return (token, "") if isinstance(token, int) else (int(token) if token.isascii() and token.isdigit() else 0, token)

    return [ranked(token) for token in step.tokens]
