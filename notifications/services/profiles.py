"""What Slack says of those who are linked: a guest does not decide."""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from notifications import slack_client
from notifications.models import SlackIdentity
from notifications.slack_client import Permanent, Temporary

log = logging.getLogger(__name__)
FRESH = timedelta(hours=1)
BUDGET_SECONDS = 8.0


def identities_of(people: Iterable[UUID]) -> list[SlackIdentity]:
    """The Slack identities of these people in our workspace, those of their other accounts too."""
    people = list(people)
    owned = Q(account__in=people) | Q(account__alias_of__in=people)
    return list(SlackIdentity.objects.select_related("account").filter(owned, team_id=settings.SLACK_TEAM_ID))


def look_up_guests(people: Iterable[UUID]) -> None:
    """Ask Slack who of these has become a guest, each once an hour at most.

    A worker does this before it asks them to decide, so that no click has to wait for Slack. Where Slack does not answer, or takes too
    long, what it said last stands until the next time.
    """
    begun = time.monotonic()
    for identity in identities_of(people):
        if time.monotonic() - begun > BUDGET_SECONDS:
            return
        if SlackIdentity.objects.filter(pk=identity.pk, checked_at__gt=Now() - FRESH).exists():
            continue
        try:
            found = slack_client.profile(identity.user_id)
        except Temporary as error:
            log.warning("Slack does not tell who is a guest: %s", error)
            return
        except Permanent as error:
            log.warning("Slack does not know %s: %s", identity.user_id, error)
            continue
        SlackIdentity.objects.filter(pk=identity.pk).update(guest=found.guest or found.bot, checked_at=Now())
