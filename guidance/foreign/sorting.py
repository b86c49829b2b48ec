"""From the objects of files to policies: sorted by what they are, and read in an order in which each finds what it needs."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from guidance.documents.source import PolicyError, Problem, Source
from guidance.foreign import admission, exceptions, gatekeeper, kyverno
from guidance.foreign.bundle import Bundle
from guidance.foreign.exceptions import PolicyException
from guidance.foreign.gatekeeper import ReadTemplate
from guidance.foreign.parts import Part, Path
from guidance.foreign.refused import refusals
from guidance.foreign.whole import is_param, with_beside
from guidance.policies.binding import Binding
from guidance.policies.load import clashes
from guidance.policies.policy import Policy, policy_of
from guidance.policies.versions import NEWEST

Written = TypeVar("Written", bound=Source)
Read = TypeVar("Read")
Found = list[tuple[Written, Read]]
KINDS = frozenset(
    {
        (admission.GROUP, admission.POLICY), (admission.GROUP, admission.BINDING),
        (kyverno.GROUP, kyverno.CLUSTER_KIND), (kyverno.GROUP, kyverno.NAMESPACED_KIND), (kyverno.GROUP, exceptions.KIND),
        (gatekeeper.TEMPLATES, gatekeeper.TEMPLATE),
    }
)  # fmt: skip


class Reader:
    """Takes what files hold, then gives a bundle. What is wrong is gathered in `problems`."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.notes: list[Problem] = []
        self._ours: list[Source] = []
        self._known: dict[str, list[Part]] = {}
        self._constraints: list[Part] = []
        self._others: list[Part] = []

    def take(self, found: Source | Problem) -> None:
        if isinstance(found, Problem):
            self.problems.append(found)
        elif not isinstance(found, Part):
            self._ours.append(found)
        elif (found.group, found.kind) in KINDS:
            self._known.setdefault(found.kind, []).append(found)
        elif found.group == gatekeeper.CONSTRAINTS:
            self._constraints.append(found)
        elif told := list(refusals(found)):
            self.problems += told
        else:
            self._others.append(found)

    def bundle(self) -> Bundle:
        ours = [policy for _, policy in self._each(policy_of, self._ours)]
        admitted, bindings = self._admitted({policy.name for policy in ours})
        of_kyverno, excepted = self._of_kyverno()
        asked = {(kind.api_version, kind.kind) for policy in (*ours, *admitted) if (kind := policy.spec.param_kind)}
        constrained = self._constrained(asked)
        foreign = admitted + of_kyverno + constrained
        every = [self._with_beside(policy, bindings) for policy in ours + foreign]
        self.problems += [problem for index, policy in enumerate(every) for problem in clashes(policy, every[:index])]
        return Bundle(
            policies=tuple(policy for policy in every if NEWEST in policy.guidance.kubernetes),
            exceptions=tuple(excepted),
            levels={policy.name: policy.guidance.enforcement for policy in foreign},
            notes=tuple(self.notes),
        )

    def _with_beside(self, policy: Policy, bindings: "Found[Part, Binding]") -> Policy:
        mine = [(part, binding) for part, binding in bindings if binding.spec.policy_name == policy.name]
        params = [part for part in self._others + self._constraints if is_param(part, policy)]
        return with_beside(policy, mine, params) if mine or params else policy

    def _admitted(self, ours: set[str]) -> "tuple[list[Policy], Found[Part, Binding]]":
        """Bindings may be about policies of our own, too."""
        bindings = self._each(admission.binding, self._of(admission.BINDING))
        every = [binding for _, binding in bindings]
        policies = [policy for _, policy in self._each(lambda part: admission.policy(part, every), self._of(admission.POLICY))]
        names = ours | {policy.name for policy in policies}
        for part, binding in bindings:
            if (name := binding.spec.policy_name) not in names:
                self._note(part, ("spec", "policyName"), f"there is no policy {name} here, so this binding binds nothing")
        for policy in policies:
            if not any(binding.spec.policy_name == policy.name for binding in every):
                told = f"no binding names {policy.name}, so a cluster would not ask it; here it is judged as if it held everywhere"
                self._note(policy.source, ("metadata", "name"), told)
        return policies, bindings

    def _of_kyverno(self) -> tuple[list[Policy], list[PolicyException]]:
        written = self._of(kyverno.CLUSTER_KIND) + self._of(kyverno.NAMESPACED_KIND)
        policies = [policy for _, policy in self._each(kyverno.policy, written)]
        excepted = self._each(lambda part: exceptions.exception(part, policies), self._of(exceptions.KIND))
        for part, exception in excepted:
            if not exception.policies:
                self._note(part, ("spec", "policyRefs"), "none of its policies is here, so this exception lets nothing pass")
        return policies, [exception for _, exception in excepted]

    def _constrained(self, asked: set[tuple[str, str]]) -> list[Policy]:
        """Constraints may also be the parameters that a policy asks for: Gatekeeper makes such policies for a cluster."""
        written = self._of(gatekeeper.TEMPLATE)
        templates = {template.kind: template for _, template in self._each(gatekeeper.template, written)}
        broken = {part.text_at(*gatekeeper.KIND_AT) for part in written} - templates.keys()
        policies: dict[str, Policy] = {}
        for part in self._constraints:
            if template := templates.get(part.kind):
                for _, policy in self._each(partial(gatekeeper.policy, template=template), [part]):
                    if policies.setdefault(policy.name, policy) is not policy:
                        self.problems.append(part.problem(("metadata", "name"), f"there are two constraints {policy.name}: remove one"))
            elif part.kind not in broken and (part.api_version, part.kind) not in asked:
                self.problems.append(part.problem(("kind",), f"there is no {gatekeeper.TEMPLATE} for {part.kind} here: add its file"))
        self._note_templates(templates.values())
        return list(policies.values())

    def _note_templates(self, templates: Iterable[ReadTemplate]) -> None:
        kinds = {part.kind for part in self._constraints}
        for template in templates:
            if template.kind not in kinds:
                self._note(
                    template.part, ("metadata", "name"), f"there is no constraint {template.kind} here, so nobody asks this template"
                )
            if template.source.match_conditions:
                told = "Gatekeeper itself heeds these conditions by the name matchCondition alone: rename them"
                self._note(template.part, (*template.at, "matchConditions"), told)

    def _of(self, kind: str) -> list[Part]:
        return self._known.get(kind, [])

    def _each(self, read: Callable[[Written], Read], written: Sequence[Written]) -> "Found[Written, Read]":
        found: Found[Written, Read] = []
        for one in written:
            try:
                found.append((one, read(one)))
            except PolicyError as error:
                self.problems += error.problems
        return found

    def _note(self, source: Source, tokens: Path, message: str) -> None:
        self.notes.append(source.problem(tokens, message))
