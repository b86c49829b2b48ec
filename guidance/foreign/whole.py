"""A policy of ours as one text: its own document, and behind it its bindings and parameters, as Kubernetes has them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from guidance.documents.pointer import find
from guidance.documents.source import PolicyError, Problem, Source
from guidance.foreign import admission
from guidance.foreign.parts import Part, first_document, parts
from guidance.policies.binding import Beside, Binding
from guidance.policies.policy import Policy, parse_policy, policy_of


def whole_policy(text: str, file: str) -> Policy:
    """`file` is only named in errors. Raises PolicyError with everything that is wrong: file, line, column, what to do."""
    found = list(parts(text, file))
    if len(found) < 2:
        return parse_policy(text, file)
    policy = policy_of(first_document(text, file))
    problems: list[Problem] = []
    bindings: list[tuple[Part, Binding]] = []
    params: list[Part] = []
    for one in found[1:]:
        try:
            if isinstance(one, Problem):
                problems.append(one)
            elif isinstance(one, Part) and is_binding(one):
                bindings.append((one, admission.binding(one)))
            elif isinstance(one, Part) and is_param(one, policy):
                params.append(one)
            else:
                problems.append(one.problem((), f"neither a binding nor a parameter of {policy.name}, which come behind it: remove it"))
        except PolicyError as error:
            problems += error.problems
    whole = with_beside(policy, bindings, params)
    problems += misfits(whole)
    if problems:
        raise PolicyError(*problems)
    return whole


def is_binding(part: Part) -> bool:
    return (part.group, part.kind) == (admission.GROUP, admission.BINDING)


def is_param(part: Part, policy: Policy) -> bool:
    kind = policy.spec.param_kind
    return kind is not None and kind.is_of(part.object)


def with_beside(policy: Policy, bindings: Iterable[tuple[Part, Binding]], params: Iterable[Part]) -> Policy:
    """The policy with what belongs to it."""
    bound, given = list(bindings), list(params)
    sources = (*(part for part, _ in bound), *given)
    return replace(policy, beside=Beside(tuple(one for _, one in bound), tuple(part.object for part in given), sources))


def misfits(policy: Policy) -> Iterator[Problem]:
    """What a cluster would not take, or could not find again, of what belongs to a policy."""
    beside = policy.beside
    written = beside.sources[: len(beside.bindings)]
    for source, binding in zip(written, beside.bindings, strict=True):
        if binding.spec.policy_name != policy.name:
            yield source.problem(("spec", "policyName"), f"this binding stands behind {policy.name}: it must name it")
        if binding.spec.param_ref and policy.spec.param_kind is None:
            yield source.problem(("spec", "paramRef"), f"{policy.name} takes no parameters (paramKind): leave paramRef out")
    for source in beside.sources[len(beside.bindings) :]:
        if policy.spec.param_kind and policy.spec.param_kind.namespaced and not find(source.value, ("metadata", "namespace")):
            told = f"a {policy.spec.param_kind.kind} lies in a namespace: say in which one (metadata.namespace)"
            yield source.problem(("metadata",), told)
    yield from _twice(beside.sources)


def _twice(sources: Sequence[Source]) -> Iterator[Problem]:
    seen = set()
    for source in sources:
        identity = tuple(str(find(source.value, at) or "") for at in (("kind",), ("metadata", "namespace"), ("metadata", "name")))
        if identity in seen:
            yield source.problem(("metadata", "name"), f"there is another {identity[0]} of this name: remove one")
        seen.add(identity)
