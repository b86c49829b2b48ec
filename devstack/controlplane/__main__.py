"""Run a control plane in the foreground until SIGTERM or Ctrl-C: `python -m devstack.controlplane --data-dir D [--port P]`."""

import argparse
import signal
import sys
from pathlib import Path

from devstack.controlplane.server import start
from devstack.processes import Failure, Stopped, Switch


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m devstack.controlplane", description="A real Kubernetes control plane on this machine.")
    parser.add_argument(
        "--data-dir", type=Path, required=True, help="its state; kubeconfigs/{admin,web,worker}.yaml appear here once it is ready"
    )
    parser.add_argument("--port", type=int, default=0, help="of the Kubernetes API (default: a free one, the same each time)")
    arguments = parser.parse_args()
    switch = Switch()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(switch, "stop", True))
    try:
        _serve(arguments.data_dir, arguments.port, switch)
    except Failure as failure:
        print(f"control plane: {failure}", file=sys.stderr)
        return 1
    except Stopped:
        pass
    return 0


def _serve(data_dir: Path, port: int, switch: Switch) -> None:
    with start(data_dir, port=port, switch=switch) as control_plane:
        print(f"control plane: ready at {control_plane.url}", flush=True)
        control_plane.watch()


if __name__ == "__main__":
    sys.exit(main())
