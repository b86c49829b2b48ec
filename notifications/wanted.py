"""Whether anybody can be told at all."""

from django.conf import settings

from notifications import mail


def wanted() -> bool:
    return bool(settings.SLACK_BOT_TOKEN) or mail.enabled()
