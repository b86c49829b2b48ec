from argparse import ArgumentParser
from pathlib import Path

import yaml
from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

from audit.actor import Actor
from clusters.organisation import read
from clusters.services.load_organisation import load


class Command(BaseCommand):
    help = "Load groups, accounts, clusters and namespaces from a YAML file; loading it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *, file: Path, **_: object) -> None:
        try:
            organisation = read(file)
        except (OSError, yaml.YAMLError, ValidationError) as error:
            raise CommandError(f"{file}: {error}") from error
        for line in load(organisation, actor=Actor.command("load_organisation")) or ["nothing to do"]:
            self.stdout.write(line)
