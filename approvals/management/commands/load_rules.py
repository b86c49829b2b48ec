from django.core.management.base import BaseCommand

from approvals.services.load_rules import load_defaults
from audit.actor import Actor


class Command(BaseCommand):
    help = "Load the policies, boundaries and approval rules that ship with the product into tables that are still empty."

    def handle(self, **_: object) -> None:
        for line in load_defaults(actor=Actor.command("load_rules")):
            self.stdout.write(line)
