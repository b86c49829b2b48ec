from django.core.management.base import BaseCommand, CommandError

from approvals.services.load_rules import load_defaults
from audit.actor import Actor
from audit.problems import Problem


class Command(BaseCommand):
    help = "Load the policies, boundaries and approval rules that ship with the product into tables that are still empty."

    def handle(self, **_: object) -> None:
        try:
            loaded = load_defaults(actor=Actor.command("load_rules"))
        except Problem as problem:  # an approval rule needs people, say
            hint = "Put that right (manage.py load_organisation adds people), then load them again."
            raise CommandError(f"{problem.detail} {hint}") from problem
        for line in loaded:
            self.stdout.write(line)
