"""Start the sandbox Slack; it runs until it is told to stop (SIGINT or SIGTERM)."""

import argparse
import logging
import signal
import sys
import threading
from pathlib import Path

from notifications.sandbox import people
from notifications.sandbox.clock import Clock
from notifications.sandbox.faults import RateLimit
from notifications.sandbox.sandbox import Sandbox
from notifications.sandbox.server import Server
from notifications.sandbox.store import Store
from notifications.sandbox.triggers import Triggers


def parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m notifications.sandbox", description="A sandbox Slack on 127.0.0.1.")
    parser.add_argument("--port", type=int, required=True, help="where to listen; 0: any free port")
    parser.add_argument("--state", type=Path, required=True, help="JSON file that keeps the messages")
    parser.add_argument("--bot-token", required=True, help="the token that the app calls the Web API with")
    parser.add_argument("--signing-secret", required=True, help="what interactions are signed with")
    parser.add_argument("--team", default="T0DEMO", help="id of the workspace (default: %(default)s)")
    parser.add_argument("--interactions-url", default="", help="where the app takes interactions")
    parser.add_argument("--users", type=Path, help="JSON list of users, instead of alice, bob, ...")
    parser.add_argument("--channels", type=Path, help="JSON list of channels, instead of #approvals, ...")
    parser.add_argument("--rate-limit", action="store_true", help="one chat.postMessage per second and channel")
    return parser.parse_args(arguments)


def assembled(options: argparse.Namespace, port: int) -> Sandbox:
    clock = Clock()
    return Sandbox(
        address=f"http://127.0.0.1:{port}",
        team=options.team,
        bot_token=options.bot_token,
        signing_secret=options.signing_secret,
        interactions_url=options.interactions_url,
        users=people.users(options.users, options.team),
        store=Store(options.state, people.channels(options.channels)),
        clock=clock,
        triggers=Triggers(clock),
        rate_limit=RateLimit(clock, on=options.rate_limit),
    )


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    options = parsed(sys.argv[1:])
    try:
        server = Server(options.port)
    except OSError as error:
        sys.exit(f"sandbox Slack: cannot listen on port {options.port}: {error.strerror}")
    server.sandbox = assembled(options, server.server_port)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    threading.Thread(target=server.sandbox.store.keep_saving, daemon=True).start()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"sandbox Slack on {server.sandbox.address}\n")
    sys.stdout.flush()
    stopping.wait()
    server.sandbox.store.save()


if __name__ == "__main__":
    main()
