"""`python -m clusters.sandbox --port 8001 --state FILE --tokens FILE`: the sandbox cluster on 127.0.0.1, until SIGTERM or Ctrl-C."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from clusters.sandbox.api import Api
from clusters.sandbox.controllers import Controllers
from clusters.sandbox.http import serve
from clusters.sandbox.journal import Journal
from clusters.sandbox.store import Store
from clusters.sandbox.verbs import Verbs

FLUSH_SECONDS = 0.2
MAX_HEAD = 64 * 1024


def main() -> None:
    arguments = _arguments()
    try:
        users = {token: entry["user"] for token, entry in json.loads(arguments.tokens.read_text()).items()}
        asyncio.run(_run(arguments.port, arguments.state, users, arguments.rollout_seconds))
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.exit(f"The sandbox cluster cannot run: {error}")


async def _run(port: int, state: Path, users: Mapping[str, str], rollout_seconds: float) -> None:
    store = Store(Journal(state))
    verbs = Verbs(store)
    Controllers(store, verbs, rollout_seconds=rollout_seconds)
    server = await asyncio.start_server(
        partial(serve, handle=Api(store, verbs, users).handle), "127.0.0.1", port, limit=MAX_HEAD, backlog=512
    )  # fmt: skip
    try:
        await _until_stopped(store)
    finally:
        server.close()
        store.flush()


async def _until_stopped(store: Store) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    while not stopped.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), FLUSH_SECONDS)
        store.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m clusters.sandbox", description="A small cluster to try the product out.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True, help="file that keeps the objects over a restart")
    parser.add_argument("--tokens", type=Path, required=True, help='JSON: {"TOKEN": {"user": "admin|web|worker"}}')
    parser.add_argument("--rollout-seconds", type=float, default=2.0, help="how long a rollout takes")
    return parser.parse_args()


if __name__ == "__main__":
    main()
