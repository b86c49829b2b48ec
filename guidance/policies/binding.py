"""`ValidatingAdmissionPolicyBinding`: where a policy holds, and with which parameters."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import find
from guidance.documents.schema import Strict
from guidance.policies.matching import LabelSelector, MatchConstraints, ResourceRule

Object = dict[str, JsonValue]


class ParamKind(Strict):
    api_version: str
    kind: str


class ParamRef(Strict):
    """The parameters' objects, by name or by labels; each of them is judged with."""

    name: str = ""
    namespace: str = ""
    selector: LabelSelector | None = None
    parameter_not_found_action: Literal["Allow", "Deny"]

    def __post_init__(self) -> None:
        if bool(self.name) == (self.selector is not None):
            raise ValueError("must have exactly one of 'name' and 'selector'")

    def finds(self, param: Object, namespace: str) -> bool:
        """`namespace` is that of the object under judgement, which is where parameters lie when nothing else is said."""
        metadata = find(param, ("metadata",))
        labels = find(metadata, ("labels",))
        lies_in = find(metadata, ("namespace",))
        if lies_in and lies_in != (self.namespace or namespace):
            return False
        if self.selector is not None:
            return self.selector.matches(labels if isinstance(labels, dict) else {})
        return find(metadata, ("name",)) == self.name


class MatchResources(MatchConstraints):
    """Narrows a policy down; without rules it is about everything that the policy is about."""

    resource_rules: tuple[ResourceRule, ...] = ()

    def _is_meant(self, meant: bool) -> bool:
        return meant or not self.resource_rules


class Metadata(Strict):
    __pydantic_config__: ClassVar[dict[str, object]] = {"extra": "ignore"}

    name: str


class BindingSpec(Strict):
    policy_name: str
    param_ref: ParamRef | None = None
    match_resources: MatchResources = MatchResources()
    validation_actions: tuple[Literal["Deny", "Warn", "Audit"], ...] = ("Deny",)


class Binding(Strict):
    """As in `admissionregistration.k8s.io`; `Binding.model_validate(object)` reads one, and raises pydantic's ValidationError."""

    api_version: Literal["admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"]
    kind: Literal["ValidatingAdmissionPolicyBinding"]
    metadata: Metadata
    spec: BindingSpec

    @property
    def denies(self) -> bool:
        return "Deny" in self.spec.validation_actions


@dataclass(frozen=True)
class Context:
    """What a manifest comes with.

    `params` are the objects among which policies with `paramKind` find theirs; `bindings` say where policies hold: a policy that none
    of them names holds everywhere, with each object of its `paramKind`. `namespace_object` is the Namespace that the object goes to.
    `request` are more members of the admission request, such as `userInfo`; a policy that reads one that is missing cannot judge.
    """

    params: Sequence[Object] = ()
    bindings: Sequence[Binding] = ()
    namespace_object: Object | None = None
    request: Object = field(default_factory=dict)

    def of(self, policy: str) -> list[Binding]:
        """The bindings that name this policy."""
        return [binding for binding in self.bindings if binding.spec.policy_name == policy]


NOTHING_MORE = Context()


class NoParams(LookupError):
    """A policy needs parameters, and there are none."""


def params_of(kind: ParamKind | None, binding: Binding | None, context: Context, namespace: str) -> list[JsonValue]:
    """What to judge with, one after the other: null where the policy takes no parameters. Raises NoParams."""
    if kind is None or (binding is not None and binding.spec.param_ref is None):
        return [None]
    candidates = [param for param in context.params if (param.get("apiVersion"), param.get("kind")) == (kind.api_version, kind.kind)]
    reference = binding.spec.param_ref if binding else None
    found: Iterable[JsonValue] = [param for param in candidates if reference is None or reference.finds(param, namespace)]
    if not found and (reference is None or reference.parameter_not_found_action == "Deny"):
        wanted = f"{kind.kind} {reference.name}".strip() if reference else kind.kind
        told = f"it takes its parameters (params) from a {wanted} ({kind.api_version}), and there is none"
        raise NoParams(f"{told} (autonomy check takes them by --params)")
    return list(found)
