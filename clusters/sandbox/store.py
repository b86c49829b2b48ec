"""The objects, their versions and the recent changes. A stored object is never altered: a new state is a new dictionary."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from clusters.objects import Object
from clusters.sandbox.journal import Journal, Key

FIRST_VERSION = 100
"""Above 1: a client names version 1 to say 'must not exist'."""
HISTORY = 4000


@dataclass(frozen=True)
class Change:
    type: str
    version: int
    key: Key
    object: Object
    former: Object | None


def key_of(obj: Object) -> Key:
    return Key(obj["kind"], obj["metadata"].get("namespace", ""), obj["metadata"]["name"])


def controller_of(obj: Object) -> str | None:
    """uid of the owner that manages this object."""
    return next((owner["uid"] for owner in obj["metadata"].get("ownerReferences", ()) if owner.get("controller")), None)


class Store:
    """One thread uses it. Listeners are told of each change after it has happened."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._objects: dict[str, dict[Key, Object]] = defaultdict(dict)
        self._owned: dict[str, dict[Key, None]] = defaultdict(dict)
        self._dirty: dict[Key, None] = {}
        self._history: deque[Change] = deque(maxlen=HISTORY)
        self._listeners: dict[Callable[[Change], None], None] = {}
        self.version = FIRST_VERSION
        for key, obj in journal.read().items():
            self._keep(key, obj)
            self.version = max(self.version, int(obj["metadata"]["resourceVersion"]))
        self._forgotten = self.version
        self._journal.rewrite(self._all())

    def get(self, key: Key) -> Object | None:
        return self._objects[key.kind].get(key)

    def all(self, kind: str, namespace: str = "") -> list[Object]:
        """In the order of namespace and name; an empty namespace means all of them."""
        objects = self._objects[kind]
        return [objects[key] for key in sorted(objects) if not namespace or key.namespace == namespace]

    def owned(self, uid: str, kind: str = "") -> list[Object]:
        """Objects (of one kind, or all) whose controller is the object with this uid."""
        keys = [key for key in self._owned.get(uid, ()) if not kind or key.kind == kind]
        return [self._objects[key.kind][key] for key in keys]

    def put(self, obj: Object) -> Object:
        """Store a new state under the next version; returns it with that version."""
        self.version += 1
        obj = {**obj, "metadata": {**obj["metadata"], "resourceVersion": str(self.version)}}
        key = key_of(obj)
        former = self.get(key)
        self._keep(key, obj)
        self._tell(Change("MODIFIED" if former else "ADDED", self.version, key, obj, former))
        return obj

    def remove(self, key: Key) -> Object:
        """Returns the last state; the removal has a version of its own. Raises KeyError."""
        former = self._objects[key.kind].pop(key)
        if owner := controller_of(former):
            self._owned[owner].pop(key, None)
        self.version += 1
        gone = {**former, "metadata": {**former["metadata"], "resourceVersion": str(self.version)}}
        self._tell(Change("DELETED", self.version, key, gone, former))
        return gone

    def clear(self) -> None:
        """Remove everything, tell nobody; what was watched from before is too old from here on."""
        for key in [key for kind in self._objects.values() for key in kind]:
            self._dirty[key] = None
        self._objects.clear()
        self._owned.clear()
        self._history.clear()
        self.version += 1
        self._forgotten = self.version

    def since(self, version: int) -> list[Change] | None:
        """The changes after this version; None when they are not all remembered any more."""
        if version < self._forgotten or (len(self._history) == HISTORY and version < self._history[0].version - 1):
            return None
        return [change for change in self._history if change.version > version]

    def listen(self, listener: Callable[[Change], None]) -> None:
        self._listeners[listener] = None

    def forget(self, listener: Callable[[Change], None]) -> None:
        self._listeners.pop(listener, None)

    def flush(self) -> None:
        """Write what has changed since the last time to the journal."""
        dirty, self._dirty = self._dirty, {}
        if dirty:
            self._journal.append((key, self.get(key)) for key in dirty)
        if self._journal.long:
            self._journal.rewrite(self._all())

    def _all(self) -> Iterator[tuple[Key, Object]]:
        return (item for kind in self._objects.values() for item in kind.items())

    def _keep(self, key: Key, obj: Object) -> None:
        self._objects[key.kind][key] = obj
        if owner := controller_of(obj):
            self._owned[owner][key] = None

    def _tell(self, change: Change) -> None:
        self._dirty[change.key] = None
        self._history.append(change)
        for listener in tuple(self._listeners):
            listener(change)
