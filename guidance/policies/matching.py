"""`matchConstraints` of a ValidatingAdmissionPolicy: which objects a policy is about."""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from guidance.documents.jsontype import JsonValue
from guidance.documents.schema import Strict
from guidance.manifests.resources import Resource

Operation = Literal["CREATE", "UPDATE", "DELETE"]
LEAVING_AN_OBJECT: tuple[Operation, ...] = ("CREATE", "UPDATE")
"""What may be meant where there is a manifest, and nobody says which of them."""
ANY: Literal["*"] = "*"


class ResourceRule(Strict):
    """An object is meant when every list has a pattern for it."""

    api_groups: tuple[str, ...] = field(metadata={"min_length": 1})
    api_versions: tuple[str, ...] = field(metadata={"min_length": 1})
    operations: tuple[Literal["*", "CREATE", "UPDATE", "DELETE", "CONNECT"], ...] = field(metadata={"min_length": 1})
    resources: tuple[str, ...] = field(metadata={"min_length": 1})
    resource_names: tuple[str, ...] = ()
    scope: Literal["*", "Namespaced", "Cluster"] = ANY

    @property
    def tells_updates_apart(self) -> bool:
        """Whether it is about creations and not about updates, or the other way round."""
        return len({_among(self.operations, operation) for operation in LEAVING_AN_OBJECT}) > 1

    def matches(self, resource: Resource, operation: Operation, name: str, *, any_version: bool) -> bool:
        return (
            (_among(self.api_groups, resource.group) or (any_version and resource.home in self.api_groups))
            and (any_version or _among(self.api_versions, resource.version))
            and _among(self.operations, operation)
            and any(pattern in (resource.plural, f"{resource.plural}/*", "*", "*/*") for pattern in self.resources)
            and (not self.resource_names or name in self.resource_names)
            and (self.scope == ANY or (self.scope == "Namespaced") == resource.namespaced)
        )


class Requirement(Strict):
    """One line of a label selector."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.values) != (self.operator in {"In", "NotIn"}):
            raise ValueError("In and NotIn need values, Exists and DoesNotExist take none")

    def matches(self, labels: Mapping[str, JsonValue]) -> bool:
        present = self.key in labels
        match self.operator:
            case "In":
                return present and labels[self.key] in self.values
            case "NotIn":
                return not present or labels[self.key] not in self.values
            case "Exists":
                return present
            case "DoesNotExist":
                return not present


class LabelSelector(Strict):
    """An empty one matches everything."""

    match_labels: dict[str, str] = field(default_factory=dict)
    match_expressions: tuple[Requirement, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The labels that it reads."""
        return frozenset(self.match_labels) | {requirement.key for requirement in self.match_expressions}

    def matches(self, labels: Mapping[str, JsonValue]) -> bool:
        return all(labels.get(key) == value for key, value in self.match_labels.items()) and all(
            requirement.matches(labels) for requirement in self.match_expressions
        )


class MatchConstraints(Strict):
    """`matchPolicy: Equivalent` (the default) matches whatever version an object is written in, `Exact` only those listed."""

    resource_rules: tuple[ResourceRule, ...] = field(metadata={"min_length": 1})
    exclude_resource_rules: tuple[ResourceRule, ...] = ()
    object_selector: LabelSelector = LabelSelector()
    namespace_selector: LabelSelector = LabelSelector()
    match_policy: Literal["Equivalent", "Exact"] = "Equivalent"

    def match(self, resource: Resource, operation: Operation | None, name: str) -> bool:
        """By kind, operation (None: whichever) and name; labels are for the selectors."""
        if operation is None:
            return any(self.match(resource, one, name) for one in LEAVING_AN_OBJECT)

        def meant(rule: ResourceRule) -> bool:
            return rule.matches(resource, operation, name, any_version=self.match_policy == "Equivalent")

        return self._is_meant(any(map(meant, self.resource_rules))) and not any(map(meant, self.exclude_resource_rules))

    def _is_meant(self, meant: bool) -> bool:
        return meant


def _among(patterns: tuple[str, ...], value: str) -> bool:
    return ANY in patterns or value in patterns
