from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from approvals.management.accounts import account_named
from approvals.services.import_policies import NobodyAsks, import_policies
from audit.actor import Actor
from guidance.documents.source import PolicyError


class Command(BaseCommand):
    help = "Load the policies of a folder: at once while there is none, else as policy.set requests. Loading it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="a folder of policy files, or one file")
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="the account in whose name requests are opened")

    def handle(self, *, path: Path, username: str | None, **_: Any) -> None:
        try:
            told = import_policies(path, actor=Actor.command("load_policies"), asking=account_named(username))
        except PolicyError as error:
            raise CommandError("\n".join(map(str, error.problems))) from error
        except NobodyAsks as error:
            advice = f"name with --as USERNAME who asks for {', '.join(error.wanted)}."
            raise CommandError(f"There are policies already, so they change by approval only: {advice}") from error
        for one in told:
            self.stdout.write(one.text)
        if refused := sum(one.refused for one in told):
            raise CommandError(f"{refused} of these policies could not be asked for: mend what is said above and load them again.")
