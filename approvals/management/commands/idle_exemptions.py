from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from approvals.management.accounts import account_named
from approvals.services.end_idle_exemptions import end_idle_exemptions


class Command(BaseCommand):
    help = "List the exemptions that suppress nothing; with --as open requests that end them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as", dest="username", metavar="USERNAME", help="the account in whose name requests are opened")

    def handle(self, *, username: str | None, **_: Any) -> None:
        for line in end_idle_exemptions(asking=account_named(username)):
            self.stdout.write(line)
