"""Watches: the changes of a kind as they happen, with bookmarks, and an error for who asks from too long ago."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import NamedTuple

from clusters.objects import Object, Resource
from clusters.sandbox.refusals import Refused
from clusters.sandbox.store import Change, Store

BOOKMARK_SECONDS = 10.0
LAST_BOOKMARK_SECONDS = 2.0
"""A bookmark comes this long before the end of a watch, as from a real API server."""


class Watched(NamedTuple):
    """What a watch asks for; an empty version means: what there is now first, as additions."""

    resource: Resource
    namespace: str
    matches: Callable[[Object], bool]
    version: str
    seconds: float
    bookmarks: bool


async def watch(store: Store, watched: Watched) -> AsyncGenerator[bytes, None]:
    queue: asyncio.Queue[Change] = asyncio.Queue()

    def listener(change: Change) -> None:
        if _concerns(change, watched):
            queue.put_nowait(change)

    past = _first(store, watched)
    store.listen(listener)
    try:
        if past is None:
            yield _gone(store, watched)
            return
        for event in past:
            yield event
        async for event in _live(store, queue, watched):
            yield event
    finally:
        store.forget(listener)


async def _live(store: Store, queue: asyncio.Queue[Change], watched: Watched) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    end = loop.time() + watched.seconds
    due = _bookmark_due(loop.time(), end)
    while (now := loop.time()) < end:
        try:
            async with asyncio.timeout(due - now):
                change = await queue.get()
        except TimeoutError:
            if watched.bookmarks and due < end:
                yield _line("BOOKMARK", _bookmark(watched.resource, str(store.version)))
            due = _bookmark_due(loop.time(), end)
        else:
            yield _event(change)


def _bookmark_due(now: float, end: float) -> float:
    """When the next bookmark comes; the end of the watch when none does."""
    last = end - LAST_BOOKMARK_SECONDS
    return min(now + BOOKMARK_SECONDS, last) if now < last else end


def _first(store: Store, watched: Watched) -> list[bytes] | None:
    """The events that a watch begins with; None when its version is too old."""
    if watched.version in ("", "0"):
        objects = store.all(watched.resource.kind, watched.namespace)
        return [_line("ADDED", obj) for obj in objects if watched.matches(obj)]
    changes = store.since(int(watched.version))
    return None if changes is None else [_event(change) for change in changes if _concerns(change, watched)]


def _concerns(change: Change, watched: Watched) -> bool:
    kind, namespace, _ = change.key
    return kind == watched.resource.kind and watched.namespace in ("", namespace) and watched.matches(change.object)


def _event(change: Change) -> bytes:
    return _line(change.type, change.object)


def _line(kind: str, obj: Object) -> bytes:
    return json.dumps({"type": kind, "object": obj}, separators=(",", ":")).encode() + b"\n"


def _bookmark(resource: Resource, version: str) -> Object:
    metadata = {"resourceVersion": version, "creationTimestamp": None}
    return {"kind": resource.kind, "apiVersion": resource.api_version, "metadata": metadata}


def _gone(store: Store, watched: Watched) -> bytes:
    message = f"too old resource version: {watched.version} ({store.version})"
    return _line("ERROR", Refused(410, "Expired", message).status())
