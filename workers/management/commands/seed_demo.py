from argparse import ArgumentParser
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit.actor import Actor
from config.environment import environment
from devstack import demo_env
from devstack.demo.seed import seed


class Command(BaseCommand):
    help = "Load the demo organisation; its tokens are written to a file. Never in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--env-file", type=Path, required=True, help="demo.env: passwords are read from it, tokens are added")

    def handle(self, *, env_file: Path, **_: object) -> None:
        if environment.production:
            raise CommandError("seed_demo makes accounts whose passwords lie in a file: it does not run with AUTONOMY_ENV=production.")
        demo_env.update(env_file, seed(demo_env.read(env_file), actor=Actor.command("seed_demo")))
        self.stdout.write("demo organisation is there")
