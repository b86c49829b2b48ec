"""A manifest as policies see it: read once, converted for the engine once, looked at as itself and as the pod that it makes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property, lru_cache

from guidance.documents.jsontype import JsonValue
from guidance.documents.jsonvalue import NotJson, checked
from guidance.documents.pointer import Token, find
from guidance.expressions.cel import Bindings
from guidance.manifests import shape
from guidance.manifests.resources import CONTAINER_LISTS, NAMESPACE, POD, Resource, resource
from guidance.manifests.wellformed import quick_check
from guidance.policies.binding import NOTHING_MORE, Context
from guidance.policies.matching import LabelSelector, MatchConstraints, Operation

Object = dict[str, JsonValue]
VARIABLES = ("object", "oldObject", "request", "namespaceObject")
"""What every expression may use; with `paramKind`, `params` too. `authorizer` does not compile: better no verdict than a wrong one."""
PARAMS = "params"
NAMESPACE_NAME = "kubernetes.io/metadata.name"
"""The label that every namespace has."""


OPTIONS: Mapping[Operation, Object] = {
    "CREATE": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
    "UPDATE": {"apiVersion": "meta.k8s.io/v1", "kind": "UpdateOptions"},
    "DELETE": {"apiVersion": "meta.k8s.io/v1", "kind": "DeleteOptions"},
}
LONGEST_PREFIX = 58
"""Characters of `generateName` that Kubernetes takes over into a name."""
GENERATED = "xxxxx"
"""Stands for the five characters that Kubernetes picks at random from letters and digits."""


class UnknownNamespace(LookupError):
    """A policy asks for labels of a namespace that nobody gave."""


class Malformed(ValueError):
    """Not what Kubernetes would read: policies cannot judge it."""

    def __init__(self, misfits: list[shape.Misfit]) -> None:
        super().__init__(misfits[0].message)
        self.misfits = misfits


@dataclass(frozen=True)
class View:
    """One object that policies judge: as it will be, or the one that is deleted. `prefix` is where it lies in the manifest."""

    resource: Resource
    document: Object
    old: JsonValue
    prefix: tuple[Token, ...]
    operation: Operation
    namespace: str
    context: Context = NOTHING_MORE

    @property
    def known_operation(self) -> Operation | None:
        """None where nobody knows whether there is an object that it replaces."""
        return None if self.context.no_former else self.operation

    @property
    def deletes(self) -> bool:
        return self.operation == "DELETE"

    @property
    def left(self) -> JsonValue:
        """What will be there: the `object` of expressions."""
        return None if self.deletes else self.document

    @property
    def name(self) -> str:
        name = find(self.document, ("metadata", "name"))
        return name if isinstance(name, str) else ""

    @cached_property
    def served(self) -> "View":
        """The same as an API server shows it: normalised, with Kubernetes' defaults."""
        from guidance.manifests.defaults import served  # packs that ship, which most starts are about, can do without

        old = served(self.old, self.resource) if isinstance(self.old, dict) else self.old
        return replace(self, document=served(self.document, self.resource), old=old)

    @cached_property
    def bindings(self) -> Bindings:
        return Bindings({"object": self.left, "oldObject": self.old, "request": self._request, **self._namespace_object})

    def fewer_bindings(self, unread: tuple[Token, ...], *, circumstances: bool) -> Bindings:
        """Without this part of the objects, and without request and namespace where they are not read: the engine converts less."""
        if circumstances and not unread:
            return self.bindings
        objects: Object = {"object": _without(self.left, unread), "oldObject": _without(self.old, unread)}
        return Bindings({**objects, "request": self._request, **self._namespace_object} if circumstances else objects)

    @property
    def _namespace_object(self) -> Object:
        """Null for what lies in no namespace, not bound at all where it is not known."""
        if not self.resource.namespaced:
            return {"namespaceObject": None}
        known = self.context.namespace_object
        return {} if known is None else {"namespaceObject": known}

    @cached_property
    def _request(self) -> Object:
        return {
            "dryRun": False,
            "options": OPTIONS[self.operation],
            "uid": "",
            **self.context.request,
            "operation": self.operation,
            "namespace": self.namespace,
            "name": self.name,
            "kind": {"group": self.resource.group, "version": self.resource.version, "kind": self.resource.kind},
            "resource": {"group": self.resource.group, "version": self.resource.version, "resource": self.resource.plural},
            "requestKind": {"group": self.resource.group, "version": self.resource.version, "kind": self.resource.kind},
            "requestResource": {"group": self.resource.group, "version": self.resource.version, "resource": self.resource.plural},
        }

    def is_selected_by(self, constraints: MatchConstraints) -> bool:
        """By its labels, or those that it had before an update (any, where these are not known), and those of its namespace.

        Raises UnknownNamespace.
        """
        selector = constraints.object_selector
        had = isinstance(self.old, dict) and selector.matches(_labels(self.old))
        if not (had or self.context.no_former or selector.matches(_labels(self.document))):
            return False
        wanted = constraints.namespace_selector
        if self.resource == NAMESPACE:
            return wanted.matches({NAMESPACE_NAME: self.name, **_labels(self.document)})
        if not wanted.keys or not self.resource.namespaced:
            return True
        name: Object = {NAMESPACE_NAME: self.namespace} if self.namespace else {}
        if self.context.namespace_object is not None:
            return wanted.matches({**name, **_labels(self.context.namespace_object)})
        if not wanted.keys <= name.keys():
            told = f"its namespaceSelector reads the labels of the namespace {self.namespace!r}"
            hint = "which are not known here (autonomy check takes them by --namespace-object)"
            raise UnknownNamespace(f"{told}, but {self.context.no_namespace}" if self.context.no_namespace else f"{told}, {hint}")
        return wanted.matches(name)


@dataclass(frozen=True)
class Subject:
    """A manifest under judgement."""

    own: View

    @cached_property
    def pod(self) -> View | None:
        """The pod that a workload makes, as if it were sent itself; None for other kinds (and for a Pod, which is its own).

        It is created whatever happens to the workload: an update makes new pods.
        """
        own, at = self.own, self.own.resource.pod_at
        template = find(own.document, at) if at else None
        if at is None or own.deletes or not isinstance(template, dict):
            return None
        return View(POD, _as_pod(template, own), None, at, "CREATE", own.namespace, replace(own.context, no_former=""))

    def views_for(self, aim: "Aim", *, as_written: bool) -> list[View]:
        """What a policy judges, one after the other. Selectors are not asked yet."""
        own = self.own
        targets = aim.targets(own.resource, own.known_operation, own.name if aim.minds_names else "")
        views = [view for target in targets if (view := own if target is Target.ITSELF else self.pod)]
        return views if as_written else [view.served for view in views]

    def container_at(self, tokens: tuple[Token, ...]) -> str | None:
        """The name of the container that holds this place of the manifest."""
        at = self.own.resource.pod_at
        if at is None or tokens[: len(at)] != at:
            return None
        rest = tokens[len(at) :]
        if len(rest) < 3 or rest[0] != "spec" or rest[1] not in CONTAINER_LISTS:
            return None
        name = find(self.own.document, (*at, *rest[:3], "name"))
        return name if isinstance(name, str) else None


class Target(Enum):
    """What of an object a policy judges: the object itself when its rules name it, and its pod when they name pods."""

    ITSELF = "itself"
    ITS_POD = "its pod"


class Aim:
    """A policy's `matchConstraints`, with the answers for kinds that came before.

    `makers` are the kinds whose pod templates count as pods; None: all.
    """

    def __init__(self, constraints: MatchConstraints, makers: Collection[str] | None = None) -> None:
        self.constraints = constraints
        self.makers = makers
        self.minds_names = any(rule.resource_names for rule in (*constraints.resource_rules, *constraints.exclude_resource_rules))
        self.selects_all = constraints.object_selector == constraints.namespace_selector == LabelSelector()
        self.targets = lru_cache(maxsize=256)(self._targets)

    def _targets(self, resource: Resource, operation: Operation | None, name: str) -> tuple[Target, ...]:
        itself = (Target.ITSELF,) if self.constraints.match(resource, operation, name) else ()
        makes_pods = bool(resource.pod_at) and (self.makers is None or resource.kind in self.makers)
        return (*itself, Target.ITS_POD) if makes_pods and self.constraints.match(POD, "CREATE", "") else itself


def admit(manifest: object, *, namespace: str = "", old: object = None, context: Context = NOTHING_MORE) -> Subject:
    """Read a manifest as Kubernetes would: members that are null do not exist. The manifest itself is not changed and not kept.

    Where the request of the context is a deletion, the manifest is of the object that goes.
    Raises NotJson and Malformed.
    """
    document, kind = _quickly_read(manifest) or _carefully_read(manifest)
    document = _named(document)
    operation = context.operation(replaces=old is not None)
    before = document if operation == "DELETE" else _before(old)
    namespace = namespace or str(find(document, ("metadata", "namespace")) or "")
    if not kind.namespaced:
        namespace = str(find(document, ("metadata", "name")) or "") if kind == NAMESPACE else ""
    elif namespace:
        document = {**document, "metadata": {**_mapping(document["metadata"]), "namespace": namespace}}
    return Subject(View(kind, document, before, (), operation, namespace, context))


def _quickly_read(manifest: object) -> tuple[Object, Resource] | None:
    """The manifest itself where there is nothing to leave out and nothing to tell: most manifests, and much faster than a copy."""
    if not isinstance(manifest, dict):
        return None
    api_version, name = manifest.get("apiVersion"), manifest.get("kind")
    if type(api_version) is not str or type(name) is not str or name.endswith("List"):
        return None
    kind = resource(api_version, name)
    return (manifest, kind) if quick_check(kind)(manifest) else None


def _carefully_read(manifest: object) -> tuple[Object, Resource]:
    """A copy without nulls. Raises NotJson and Malformed."""
    document = checked(manifest, drop_nulls=True)
    name = find(document, ("kind",))
    if isinstance(document, dict) and isinstance(name, str) and (name == "List" or (name.endswith("List") and "items" in document)):
        message = f"This is a {name}: send its items one by one, so that each is judged."
        raise Malformed([shape.Misfit(("kind",), message, "the kind of a single object")])
    wrong = list(shape.identity_misfits(document))
    if wrong or not isinstance(document, dict):
        raise Malformed(wrong)
    kind = resource(str(document["apiVersion"]), str(document["kind"]))
    if wrong := list(shape.misfits(document, kind)):
        raise Malformed(wrong)
    return document, kind


def _named(document: Object) -> Object:
    """Kubernetes makes the name before policies are asked."""
    metadata = _mapping(document["metadata"])
    prefix = metadata.get("generateName")
    if not isinstance(prefix, str) or not prefix or metadata.get("name"):
        return document
    return {**document, "metadata": {**metadata, "name": prefix[:LONGEST_PREFIX] + GENERATED}}


def _before(old: object) -> JsonValue:
    try:
        return checked(old, drop_nulls=True)
    except NotJson as error:
        raise NotJson((), f"cannot be compared with the object that it replaces: there, {error}") from error


def _as_pod(template: Mapping[str, JsonValue], own: View) -> Object:
    """In the namespace of its workload, and called after it, as pods are."""
    name: Object = {"name": own.name} if own.name else {}
    namespace: Object = {"namespace": own.namespace} if own.namespace else {}
    return {**template, "apiVersion": "v1", "kind": "Pod", "metadata": {**name, **_mapping(template.get("metadata")), **namespace}}


def _without(value: JsonValue, tokens: tuple[Token, ...]) -> JsonValue:
    """A copy along the way to what is left out, which everything else is shared with."""
    if not tokens or not isinstance(value, dict) or tokens[0] not in value:
        return value
    token, *rest = tokens
    if not rest:
        return {key: item for key, item in value.items() if key != token}
    return {**value, str(token): _without(value[str(token)], tuple(rest))}


def _labels(document: Object) -> Object:
    return _mapping(find(document, ("metadata", "labels")))


def _mapping(value: JsonValue) -> Object:
    return value if isinstance(value, dict) else {}
