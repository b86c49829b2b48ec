from argparse import ArgumentParser
from datetime import timedelta

from django.core.management.base import BaseCommand, CommandError

from accounts.models import Account, Scope
from accounts.services.tokens import TokenRefused, issue
from audit.actor import Actor


class Command(BaseCommand):
    help = "Issue an API token and print its secret, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--scope", action="append", choices=Scope.values, help="repeatable; default: requests:read and requests:write")
        parser.add_argument("--days", type=int, default=90)

    def handle(self, *, username: str, name: str, scope: list[str] | None, days: int, **_: object) -> None:
        account = Account.objects.filter(username=username).first()
        if account is None:
            raise CommandError(f"There is no account {username!r}.")
        scopes = [Scope(one) for one in scope or [Scope.READ, Scope.WRITE]]
        try:
            issued = issue(account, name=name, scopes=scopes, life=timedelta(days=days), actor=Actor.command("create_token"))
        except TokenRefused as error:
            raise CommandError(f"{error.detail} {error.suggestion}") from error
        self.stdout.write(issued.secret)
