from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand

from audit.actor import Actor
from notifications.services.link import unlink


class Command(BaseCommand):
    help = "Undo the link between a Slack user and an account: her clicks are nobody's from then on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the Slack user's id, such as U0123ABCD")

    def handle(self, *, user: str, **_: object) -> None:
        unlink(settings.SLACK_TEAM_ID, user, actor=Actor.command("unlink_slack"))
        self.stdout.write(f"{user} is linked to nobody")
