"""The only way to Kubernetes: plain dictionaries in and out, and errors whose type tells whether a repetition makes sense."""

import contextlib
import json
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Literal, Self

from clusters.advice import parse_warnings
from clusters.errors import FieldConflict, Gone, StaleObject
from clusters.failures import Answer, failure_of, failure_of_status
from clusters.objects import ListResult, Object, Precondition, Ref, WatchEvent, Written, resource_of
from clusters.patience import TOTAL_SECONDS, Patience
from clusters.transport import Transport

__all__ = ["FIELD_MANAGER", "TOTAL_SECONDS", "Gateway"]

FIELD_MANAGER = "developer-autonomy"
APPLY = "application/apply-patch+yaml"
MERGE_PATCH = "application/merge-patch+json"
JSON = "application/json"
PAGE = 500
OWN_ATTEMPTS = 10
Query = dict[str, str]


class Gateway:
    """One API server with one credential. Safe to share between threads, not over a fork: see `clusters.connections`.

    Every call ends within TOTAL_SECONDS: 429 and 503 are repeated (honouring Retry-After) as long as that leaves time, everything else is
    told at once. All methods raise subclasses of ClusterError.
    """

    def __init__(
        self, transport: Transport, *, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._sleep = sleep

    @classmethod
    def from_kubeconfig(cls, path: Path) -> Self:
        """The current context of this file. Raises NotConfigured."""
        return cls(Transport.from_kubeconfig(path))

    def version(self) -> str:
        """The server's version, such as "v1.34.4"."""
        return str(self._json("GET", "/version")["gitVersion"])

    def ping(self, *, within: float = 2.0) -> None:
        """Returns when the server answers to this credential: one attempt, and so many seconds for it."""
        answer = self._transport.send("GET", "/version", patience=Patience(self._clock, self._sleep, attempts=1, seconds=within))
        if not answer.ok:
            raise failure_of(answer)

    def get(self, ref: Ref, *, within: float | None = None) -> Object:
        """With `within`: one attempt, and so many seconds for it."""
        patience = None if within is None else Patience(self._clock, self._sleep, attempts=1, seconds=within)
        return self._json("GET", ref.path, patience=patience)

    def list(self, kind: str, namespace: str | None = None, label_selector: str = "") -> ListResult:
        """All objects of this kind, in one namespace or in all; as many pages as it takes, with apiVersion and kind on every item."""
        resource = resource_of(kind)
        path = resource.collection(namespace)
        selector = {"labelSelector": label_selector} if label_selector else {}
        try:
            pages = list(self._pages(path, {**selector, "limit": str(PAGE)}))
        except Gone:  # the pages' snapshot was compacted away in between
            pages = [self._json("GET", path, selector)]
        kind_of = {"apiVersion": resource.api_version, "kind": kind}
        return ListResult([{**kind_of, **item} for page in pages for item in page["items"]], pages[-1]["metadata"]["resourceVersion"])

    def each(self, kind: str, namespace: str | None = None) -> Iterator[Object]:
        """The same one by one, never more than a page of them at once. Raises Gone when the server does not keep its snapshot so long."""
        resource = resource_of(kind)
        kind_of = {"apiVersion": resource.api_version, "kind": kind}
        for page in self._pages(resource.collection(namespace), {"limit": str(PAGE)}):
            yield from ({**kind_of, **item} for item in page["items"])

    def apply(self, manifest: Object, *, dry_run: bool = False, precondition: Precondition | None = None) -> Written:
        """Server-side apply of a whole manifest: fields that an earlier apply set and this one leaves out are removed.

        What our own merge patches and scales wrote since is taken over. Raises FieldConflict when another manager owns a field (never
        forced), StaleObject when the precondition does not hold, Invalid for unknown fields.
        """
        patience = self._patience()
        if precondition is not None:
            return self._apply_exactly(manifest, dry_run, precondition, patience)
        try:
            return self._apply(manifest, dry_run, None, patience)
        except FieldConflict as conflict:
            _pass_own(conflict)
        return self._apply_over_own(manifest, dry_run, patience)

    def _apply_over_own(self, manifest: Object, dry_run: bool, patience: Patience) -> Written:
        """Without a precondition somebody else could come to own a field between the conflict and the apply that is forced."""
        ref = Ref.of(manifest)
        for _ in range(OWN_ATTEMPTS):
            live = self._json("GET", ref.path, patience=patience)
            with contextlib.suppress(StaleObject):  # mostly only its status has moved
                return self._apply_exactly(manifest, dry_run, Precondition.unchanged(live), patience)
        raise StaleObject(f"{ref} changes faster than it can be written.")

    def _apply_exactly(self, manifest: Object, dry_run: bool, precondition: Precondition, patience: Patience) -> Written:
        try:
            return self._apply(manifest, dry_run, precondition, patience)
        except FieldConflict as conflict:
            _pass_own(conflict)
        return self._apply(manifest, dry_run, precondition, patience, force=True)

    def _apply(
        self, manifest: Object, dry_run: bool, precondition: Precondition | None, patience: Patience, *, force: bool = False
    ) -> Written:
        query = {"fieldManager": FIELD_MANAGER, "force": json.dumps(force), "fieldValidation": "Strict"}
        return self._write("PATCH", Ref.of(manifest).path, _guarded(manifest, precondition), APPLY, query, dry_run, patience)

    def create(self, manifest: Object, dry_run: bool = False) -> Written:
        """Create what must not be there. `metadata.generateName` is allowed in place of a name. Raises AlreadyExists, Invalid."""
        path = resource_of(manifest["kind"], manifest["apiVersion"]).collection(manifest["metadata"].get("namespace"))
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        return self._write("POST", path, manifest, JSON, query, dry_run)

    def merge_patch(self, ref: Ref, patch: Object, *, dry_run: bool = False, precondition: Precondition | None = None) -> Written:
        """RFC 7396: named fields are set, null removes, lists are replaced whole, everything else stays. Raises NotFound, StaleObject."""
        query = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict"}
        return self._write("PATCH", ref.path, _guarded(patch, precondition), MERGE_PATCH, query, dry_run)

    def scale(self, ref: Ref, replicas: int, *, dry_run: bool = False, precondition: Precondition | None = None) -> Written:
        """Set the number of replicas through `/scale`; the answer's object is the Scale."""
        patch = _guarded({"spec": {"replicas": replicas}}, precondition)
        return self._write("PATCH", f"{ref.path}/scale", patch, MERGE_PATCH, {"fieldManager": FIELD_MANAGER}, dry_run)

    def delete(
        self, ref: Ref, *, uid: str, dry_run: bool = False, propagation: Literal["Foreground", "Background", "Orphan"] = "Background"
    ) -> Written:
        """Delete exactly this object. Raises StaleObject when another one has its name by now, NotFound when there is none."""
        options: Object = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "preconditions": {"uid": uid},
            "propagationPolicy": propagation,
        }
        if dry_run:
            options["dryRun"] = ["All"]  # where a body is sent, the API server does not read this from the query, and deletes
        return self._write("DELETE", ref.path, options, JSON, {}, dry_run)

    def watch(
        self, kind: str, *, namespace: str | None = None, resource_version: str, timeout_seconds: int
    ) -> Generator[WatchEvent, None, None]:
        """Changes after this version, bookmarks included, until the server ends the watch after about `timeout_seconds`.

        Raises Gone when the version is too old (list again), ConnectionBroken or TimedOut when the connection was lost.
        """
        query = {
            "watch": "1",
            "allowWatchBookmarks": "true",
            "resourceVersion": resource_version,
            "timeoutSeconds": str(timeout_seconds),
        }
        lines = self._transport.lines(resource_of(kind).collection(namespace), query, seconds=timeout_seconds)
        for line in lines:
            event = json.loads(line)
            if event["type"] == "ERROR":
                raise failure_of_status(event["object"])
            yield WatchEvent(event["type"], event["object"])

    def _pages(self, path: str, query: Query) -> Iterator[Object]:
        page = self._json("GET", path, query)
        yield page
        while token := page["metadata"].get("continue"):
            page = self._json("GET", path, {**query, "continue": token})
            yield page

    def _write(
        self, method: str, path: str, body: Object, content_type: str, query: Query, dry_run: bool, patience: Patience | None = None
    ) -> Written:
        if dry_run:
            query = {**query, "dryRun": "All"}
        answer = self._call(method, path, query, body, content_type, patience)
        return Written(json.loads(answer.body), parse_warnings(answer.warnings), created=answer.status == 201)

    def _json(self, method: str, path: str, query: Query | None = None, patience: Patience | None = None) -> Object:
        answer: Object = json.loads(self._call(method, path, query or {}, patience=patience).body)
        return answer

    def _call(
        self, method: str, path: str, query: Query, body: Object | None = None, content_type: str = JSON, patience: Patience | None = None
    ) -> Answer:
        patience = patience or self._patience()
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        while True:
            answer = self._transport.send(method, path, query=query, body=data, content_type=content_type, patience=patience)
            if answer.ok:
                return answer
            error = failure_of(answer)
            if not patience.waits_for(error):
                raise error

    def _patience(self) -> Patience:
        return Patience(self._clock, self._sleep)


def _pass_own(conflict: FieldConflict) -> None:
    """Raises the conflict unless nobody but ourselves, by another kind of write, is in the way."""
    if set(conflict.managers) != {FIELD_MANAGER}:
        raise conflict


def _guarded(manifest: Object, precondition: Precondition | None) -> Object:
    if precondition is None:
        return manifest
    return {**manifest, "metadata": {**manifest.get("metadata", {}), **precondition.metadata()}}
