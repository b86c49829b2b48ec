"""`make up`: the whole product on this machine until Ctrl-C. `PORT`, `DATA_DIR` and `CLUSTER` in the environment move it."""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from devstack import kubeconfigs
from devstack.kubeconfigs import Kubeconfig
from devstack.processes import Failure, Stopped, Switch
from devstack.stack import Options, Stack
from devstack.welcome import welcome

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    switch = Switch()
    try:
        options = options_from(os.environ)
        for number in SIGNALS:
            signal.signal(number, switch.off)
        with Stack(options, switch=switch) as stack:
            run(stack)
    except Failure as failure:
        print(f"\nmake up: {failure}", file=sys.stderr)
        return 1
    except (Stopped, KeyboardInterrupt):
        print("Stopped.")
    return 0


def run(stack: Stack) -> None:
    """Start everything, say so, and watch until somebody says stop or a process ends by itself."""
    try:
        for step in stack.steps():
            print(f"  {step.title:<28}", end="", flush=True)
            began = time.monotonic()
            step.run()
            print(f"{time.monotonic() - began:5.1f} s", flush=True)
        print(welcome(stack), flush=True)
        stack.processes.watch()
    except Stopped:
        print("\nStopping ...", flush=True)
        raise


def options_from(environment: Mapping[str, str]) -> Options:
    """Raises Failure where a variable says what cannot be."""
    return Options(
        data_dir=Path(environment.get("DATA_DIR") or ".run"),
        port=_port(environment.get("PORT") or "8000"),
        cluster=_cluster(environment),
        database_url=environment.get("DATABASE_URL", ""),
        redis_url=environment.get("REDIS_URL", ""),
        real_slack=bool(environment.get("SLACK_BOT_TOKEN")),
    )


def _port(text: str) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    raise Failure(f"PORT must be a number from 1 to 65535, not {text!r}")


def _cluster(environment: Mapping[str, str]) -> Literal["sandbox", "control-plane"] | Kubeconfig:
    match environment.get("CLUSTER") or "sandbox":
        case ("sandbox" | "control-plane") as kind:
            return kind
        case "kubeconfig":
            own = kubeconfigs.own_context(environment)
            _ask(own.current, assume_yes=environment.get("ASSUME_YES") == "1")
            return own
        case other:
            raise Failure(f"CLUSTER must be sandbox, control-plane or kubeconfig, not {other!r}")


def _ask(context: str, *, assume_yes: bool) -> None:
    """Raises Failure unless somebody at the terminal agrees."""
    question = f"The product will act on the cluster of your current context {context!r}, with your rights"
    if assume_yes:
        print(f"{question} (ASSUME_YES=1).")
        return
    if not sys.stdin.isatty():
        raise Failure(f"{question}: there is no terminal to ask at; set ASSUME_YES=1 to agree")
    if input(f"{question}. Go on? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise Failure("not started: you did not agree")


if __name__ == "__main__":
    sys.exit(main())
