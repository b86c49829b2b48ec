"""From an HTTP request to a verb and back: addresses, credentials, content types, discovery."""

import asyncio
import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from clusters.objects import Object
from clusters.sandbox import rights
from clusters.sandbox.discovery import discovered
from clusters.sandbox.faults import Fault, Faults, Writes
from clusters.sandbox.http import Request, Response
from clusters.sandbox.kinds import BY_PLURAL
from clusters.sandbox.offspring import log_of
from clusters.sandbox.refusals import Refused, bad_request, unknown_path
from clusters.sandbox.selectors import selector
from clusters.sandbox.store import Store
from clusters.sandbox.verbs import Options, Result, Target, Verbs
from clusters.sandbox.watches import Watched, watch

logger = logging.getLogger(__name__)
APPLY = "application/apply-patch+yaml"
MERGE_PATCH = "application/merge-patch+json"
DEFAULT_WATCH_SECONDS = 1800.0
REASONS = {409: "Conflict", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable", 504: "Timeout"}
SUBRESOURCES = frozenset({"", "scale", "status", "log"})


class Api:
    def __init__(self, store: Store, verbs: Verbs, users: Mapping[str, str]) -> None:
        self._store = store
        self._verbs = verbs
        self._users = users
        """Names of users by their tokens."""
        self._faults = Faults()
        self._writes = Writes()

    async def handle(self, request: Request) -> Response:
        if request.path.startswith("/sandbox/"):
            return self._told(request, self._control)
        fault = self._faults.next(request)
        if fault is None:
            return self._told(request, self._answer)
        await asyncio.sleep(fault.delay)
        if fault.cut:
            return Response(cut=True)
        if fault.status:
            return _status(_refusal(fault))
        response = self._told(request, self._answer)
        await asyncio.sleep(fault.delay_after_apply)
        return Response(cut=True) if fault.cut_after_apply else response

    def _told(self, request: Request, answer: Callable[[Request], Response]) -> Response:
        try:
            return answer(request)
        except Refused as refused:
            return _status(refused)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            logger.exception("%s %s", request.method, request.url)
            return _status(bad_request(f"the sandbox cannot read this: {error!r}"))

    def _control(self, request: Request) -> Response:
        """The sandbox's own buttons, for its administrator: /sandbox/faults, /sandbox/writes, /sandbox/reset."""
        if self._user(request) != rights.ADMIN:
            raise Refused(403, "Forbidden", "only the sandbox's administrator may do that")
        match request.method, request.path:
            case "POST", "/sandbox/faults":
                try:
                    self._faults.add(json.loads(request.body))
                except (TypeError, ValueError) as error:
                    raise bad_request(f"not a list of faults: {error}") from error
            case "DELETE", "/sandbox/faults":
                self._faults.clear()
            case "GET", "/sandbox/writes":
                return _json({"items": self._writes.all()})
            case "POST", "/sandbox/reset":
                self._faults.clear()
                self._store.clear()
                self._writes.clear()
            case _:
                raise unknown_path()
        return _json({})

    def _answer(self, request: Request) -> Response:
        if request.path in ("/readyz", "/livez", "/healthz"):
            return Response(body=b"ok", content_type="text/plain")
        user = self._user(request)
        if (found := discovered(request.path)) is not None:
            return _json(found)
        target = _target(request)
        if request.method == "GET":
            return self._read(request, target, user)
        return self._write(request, target, user)

    def _user(self, request: Request) -> str:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token not in self._users:
            raise Refused(401, "Unauthorized", "Unauthorized")
        return self._users[token]

    def _read(self, request: Request, target: Target, user: str) -> Response:
        query = request.query
        watches = query.get("watch") in ("1", "true")
        rights.check(user, "get" if target.name else "watch" if watches else "list", target)
        if target.subresource == "log":
            pod = self._verbs.get(Target(target.resource, target.namespace, target.name))
            return Response(body=log_of(pod, query.get("container", "")).encode(), content_type="text/plain")
        if target.name:
            return _json(self._verbs.get(target))
        matches = selector(query.get("labelSelector", ""), query.get("fieldSelector", ""))
        if not watches:
            return _json(self._list(target, matches, query))
        seconds = float(query.get("timeoutSeconds") or DEFAULT_WATCH_SECONDS)
        bookmarks = query.get("allowWatchBookmarks") in ("1", "true")
        watched = Watched(target.resource, target.namespace, matches, query.get("resourceVersion", ""), seconds, bookmarks)
        return Response(stream=watch(self._store, watched))

    def _list(self, target: Target, matches: Callable[[Object], bool], query: Mapping[str, str]) -> Object:
        """A page of a list; a `continue` token is the version of the first page and the number of objects before this one."""
        found = [obj for obj in self._store.all(target.resource.kind, target.namespace) if matches(obj)]
        version, _, start = query.get("continue", "").partition(":")
        first, limit = int(start or 0), int(query.get("limit") or 0) or len(found)
        metadata: Object = {"resourceVersion": version or str(self._store.version)}
        if first + limit < len(found):
            metadata |= {"continue": f"{metadata['resourceVersion']}:{first + limit}", "remainingItemCount": len(found) - first - limit}
        items = [{key: value for key, value in obj.items() if key not in ("apiVersion", "kind")} for obj in found[first : first + limit]]
        return {"kind": f"{target.resource.kind}List", "apiVersion": target.resource.api_version, "metadata": metadata, "items": items}

    def _write(self, request: Request, target: Target, user: str) -> Response:
        body = _body(request)
        dry_run = _is_dry_run(request, body)
        rights.check(user, rights.VERBS.get(request.method, request.method.lower()), target, dry_run=dry_run)
        query = request.query
        manager = query.get("fieldManager") or request.headers.get("user-agent", "unknown").partition("/")[0]
        strict, force = query.get("fieldValidation") == "Strict", query.get("force") == "true"
        result = self._do(request, target, body, Options(manager, dry_run=dry_run, strict=strict, force=force))
        if not dry_run:
            self._writes.record(request, user, changed=result.changed)
        return _json(result.object, status=201 if result.created else 200)

    def _do(self, request: Request, target: Target, body: Object, options: Options) -> Result:
        content_type = request.headers.get("content-type", "").partition(";")[0]
        match request.method, bool(target.name):
            case "POST", False:
                return self._verbs.create(target, body, options)
            case "PUT", True:
                return self._verbs.put(target, body, options)
            case "DELETE", True:
                return self._verbs.delete(target, body, dry_run=options.dry_run)
            case "PATCH", True if content_type == APPLY and not target.subresource:
                return self._verbs.apply(target, body, options)
            case "PATCH", True if content_type == MERGE_PATCH:
                return self._verbs.merge_patch(target, body, options)
            case "PATCH", True:
                why = f"the sandbox takes {APPLY} and {MERGE_PATCH}, not {content_type!r}"
                raise Refused(415, "UnsupportedMediaType", why)
        raise Refused(405, "MethodNotAllowed", "the server does not allow this method on the requested resource")


def _target(request: Request) -> Target:
    """/api/v1/namespaces/NS/pods/NAME/log, /apis/apps/v1/deployments, ..."""
    root, *parts = request.path.strip("/").split("/")
    size = {"api": 1, "apis": 2}.get(root, 0)
    if not size or len(parts) <= size:
        raise unknown_path()
    version, rest = "/".join(parts[:size]), parts[size:]
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] != "status":
        namespace, rest = rest[1], rest[2:]
    plural, name, subresource, *more = [*rest, "", ""][: max(3, len(rest))]
    resource = BY_PLURAL.get((version, plural))
    if resource is None or more or subresource not in SUBRESOURCES or bool(name and resource.namespaced) > bool(namespace):
        raise unknown_path()
    return Target(resource, namespace, name, subresource)


def _body(request: Request) -> Object:
    try:
        body = json.loads(request.body or b"{}")
    except ValueError as error:
        raise bad_request(f"the sandbox reads JSON only: {error}") from error
    if not isinstance(body, dict):
        raise bad_request("the body must be an object")
    return body


def _is_dry_run(request: Request, body: Object) -> bool:
    wanted = [request.query["dryRun"]] if "dryRun" in request.query else []
    if request.method == "DELETE" and body:
        wanted = body.get("dryRun", [])  # a real API server does not look at the query either when there is a body
    if wanted not in ([], ["All"]):
        raise bad_request(f"invalid dryRun {wanted}: only All is supported")
    return bool(wanted)


def _refusal(fault: Fault) -> Refused:
    return Refused(fault.status, REASONS.get(fault.status, ""), fault.message, retry_after=fault.retry_after)


def _status(refused: Refused) -> Response:
    headers = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
    return _json(refused.status(), status=refused.code, headers=headers)


def _json(body: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(status, json.dumps(body, separators=(",", ":")).encode(), headers=headers or {})
