"""`ValidatingAdmissionPolicyBinding`: where a policy holds, and with which parameters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import find
from guidance.documents.schema import Strict
from guidance.documents.source import Source
from guidance.manifests.resources import resource
from guidance.policies.matching import LabelSelector, MatchConstraints, Operation, ResourceRule

Object = dict[str, JsonValue]


class ParamKind(Strict):
    api_version: str
    kind: str

    def is_of(self, param: Object) -> bool:
        return (param.get("apiVersion"), param.get("kind")) == (self.api_version, self.kind)

    @property
    def namespaced(self) -> bool:
        return resource(self.api_version, self.kind).namespaced


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
    validation_actions: tuple[Literal["Deny", "Warn", "Audit"], ...] = field(default=("Deny",), metadata={"min_length": 1})


class Binding(Strict):
    """As in `admissionregistration.k8s.io`; `Binding.model_validate(object)` reads one, and raises pydantic's ValidationError."""

    api_version: Literal["admissionregistration.k8s.io/v1", "admissionregistration.k8s.io/v1beta1"]
    kind: Literal["ValidatingAdmissionPolicyBinding"]
    metadata: Metadata
    spec: BindingSpec

    @property
    def denies(self) -> bool:
        return "Deny" in self.spec.validation_actions

    def as_object(self, **changes: JsonValue) -> Object:
        """As a cluster takes it, with other members of its spec."""
        body: Object = self.spec.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        spec: Object = {**body, "validationActions": [*self.spec.validation_actions], **changes}
        return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": self.kind, "metadata": {"name": self.metadata.name}, "spec": spec}


@dataclass(frozen=True)
class Beside:
    """What belongs to a policy: the bindings that say where it holds, and its parameters.

    A policy without bindings holds everywhere, with each of its parameters. `sources` say where each of both was written, in this order.
    """

    bindings: tuple[Binding, ...] = ()
    params: tuple[Object, ...] = ()
    sources: tuple[Source, ...] = ()


ALONE = Beside()


@dataclass(frozen=True)
class Context:
    """What a manifest comes with.

    `params` are objects among which policies with `paramKind` find theirs, besides their own. `namespace_object` is the Namespace that the
    object goes to; where somebody looked for it in vain, `no_namespace` says why. `no_former` says why nobody knows what the manifest
    replaces, or whether it replaces anything; empty: that is known. `request` are more members of the admission request, such
    as `userInfo`; a policy that reads one that is missing cannot judge.
    """

    params: Sequence[Object] = ()
    namespace_object: Object | None = None
    no_namespace: str = ""
    no_former: str = ""
    request: Object = field(default_factory=dict)

    def operation(self, *, replaces: bool) -> Operation:
        """What is done to the object; `replaces`: there is one that it takes the place of."""
        if self.request.get("operation") == "DELETE":
            return "DELETE"
        return "UPDATE" if replaces else "CREATE"


NOTHING_MORE = Context()


class NoParams(LookupError):
    """A policy needs parameters, and there are none."""


class NeverParams(NoParams):
    """Nor can there be any, whoever looks for them."""


def params_of(kind: ParamKind | None, binding: Binding | None, params: Sequence[Object], namespace: str) -> list[JsonValue]:
    """What to judge with, one after the other: null where the policy takes no parameters. Raises NoParams."""
    reference = binding.spec.param_ref if binding else None
    if kind is None or (binding is not None and reference is None):
        return [None]
    if reference and reference.namespace and not kind.namespaced:
        raise NeverParams(f"its binding looks for a {kind.kind} in the namespace {reference.namespace}, and such objects lie in none")
    candidates = [param for param in params if kind.is_of(param)]
    found = [param for param in candidates if reference is None or reference.finds(param, namespace)]
    if not found and reference and kind.namespaced and not (reference.namespace or namespace):
        raise NeverParams(f"its binding looks for a {kind.kind} in the namespace of the object, which lies in none")
    if not found and (reference is None or reference.parameter_not_found_action == "Deny"):
        raise NoParams(f"it takes its parameters (params) from {_wanted(kind, reference, namespace)}, and there is none")
    return [*found]


def _wanted(kind: ParamKind, reference: ParamRef | None, namespace: str) -> str:
    named = f"a {kind.kind} {reference.name}".strip() if reference else f"a {kind.kind}"
    lies_in = (reference.namespace or namespace) if reference and kind.namespaced else ""
    return f"{named} ({kind.api_version})" + (f" in the namespace {lies_in}" if lies_in else "")
