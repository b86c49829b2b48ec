"""`python -m devstack.demo --env-file demo.env`: load the demo organisation. Never in production."""

import argparse
import os
import sys
from pathlib import Path

import django

from devstack import demo_env


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from audit.actor import Actor  # models are known after setup only
    from config.environment import environment
    from devstack.demo.seed import seed

    parser = argparse.ArgumentParser(prog="python -m devstack.demo", description=__doc__)
    parser.add_argument("--env-file", type=Path, required=True, help="demo.env: passwords are read from it, tokens are added")
    env_file: Path = parser.parse_args().env_file
    if environment.production:
        print("The demo's passwords lie in a file: it is not loaded with AUTONOMY_ENV=production.", file=sys.stderr)
        return 1
    demo_env.update(env_file, seed(demo_env.read(env_file), actor=Actor.command("devstack.demo")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
