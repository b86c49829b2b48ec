"""`python -m benchmarks.stub --port 8001`: the least API server that both sides can call, and the clock of the effects.

It stores nothing but when each object was first written. `GET /effects/NAME` answers with that moment (nanoseconds of the monotonic
clock, which all processes of a machine share) as soon as there is one, `GET /effects?count=N` with the latest moment once there are N,
and how many there are.
"""

import argparse
import asyncio
import json
import signal
import time
from functools import partial
from typing import Any

from clusters.sandbox.http import Request, Response, serve

WRITES = frozenset({"PATCH", "PUT", "POST"})
METADATA = {"uid": "5d3f1c52-0000-4000-8000-000000000000", "resourceVersion": "7", "generation": 1}


class Stub:
    """Every object exists, unchanged for ever; every write succeeds at once."""

    def __init__(self) -> None:
        self._moments: dict[str, int] = {}
        self._news = asyncio.Event()

    async def handle(self, request: Request) -> Response:
        if request.path.startswith("/effects"):
            return await self._effects(request)
        if request.path == "/version":
            return _json({"gitVersion": "v1.34.0"})
        if "watch" in request.query:
            await asyncio.sleep(float(request.query["timeoutSeconds"]))
            return _json({})
        namespace, name = _place(request.path)
        if not name:
            return _json({"metadata": {"resourceVersion": "7"}, "items": []})
        if request.method in WRITES and "dryRun" not in request.query:
            self._note(name)
        return _json(_object(request, namespace, name))

    def _note(self, name: str) -> None:
        self._moments.setdefault(name, time.monotonic_ns())
        self._news.set()
        self._news = asyncio.Event()

    async def _effects(self, request: Request) -> Response:
        name = request.path.removeprefix("/effects").strip("/")
        count = int(request.query.get("count", "0"))
        while (name not in self._moments) if name else (len(self._moments) < count):
            await self._news.wait()
        at = self._moments[name] if name else max(self._moments.values(), default=0)
        return _json({"at": at, "count": len(self._moments)})


def _place(path: str) -> tuple[str, str]:
    """Namespace and name in a path such as /apis/apps/v1/namespaces/NAMESPACE/deployments/NAME/scale; empty where it has none."""
    _, _, below = path.partition("/namespaces/")
    parts = below.split("/")
    return parts[0], parts[2] if len(parts) > 2 else parts[0] if len(parts) == 1 else ""


def _object(request: Request, namespace: str, name: str) -> dict[str, Any]:
    """What a reader sees before and after every write: a dry run has the patch in it, the stored object never changes."""
    metadata = {"name": name, "namespace": namespace, **METADATA}
    if request.path.endswith("/scale"):
        spec = json.loads(request.body)["spec"] if request.body else {"replicas": 1}
        return {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": metadata, "spec": spec}
    patch = json.loads(request.body)["spec"]["hard"] if request.body else {}
    hard = {"pods": "40", "requests.cpu": "4", **patch}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, "spec": {"hard": hard}}


def _json(value: object) -> Response:
    return Response(body=json.dumps(value, separators=(",", ":")).encode())


async def _run(port: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    server = await asyncio.start_server(partial(serve, handle=Stub().handle), "127.0.0.1", port)
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(_run(parser.parse_args().port))
