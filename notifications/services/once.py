"""What comes at least once is done once."""

from datetime import timedelta

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from notifications.models import SlackClick

REMEMBERED = timedelta(hours=1)
"""Longer than a signature or the link of an invitation is good for: nothing older can come again."""


def is_first(user_id: str, action_ts: str, value: str) -> bool:
    """Whether this was not heard before; of two at the same moment one is the first."""
    SlackClick.objects.filter(at__lt=Now() - REMEMBERED).delete()
    _, new = SlackClick.objects.get_or_create(
        team_id=settings.SLACK_TEAM_ID, user_id=user_id, action_ts=action_ts, value=value, defaults={"at": timezone.now()}
    )
    return new
