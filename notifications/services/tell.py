"""Telling the requester what became of her request: a direct message, or an e-mail where she is not in Slack."""

from django.conf import settings

from accounts.models import Account
from audit.models import Delivery, Event
from audit.outbox import Message
from notifications import mail, slack_client, words
from notifications.blocks import link, section
from notifications.card import Card, read
from notifications.models import SlackIdentity
from notifications.slack_client import Gone

NEWS = frozenset(
    {
        "request.approved",
        "request.denied",
        "request.expired",
        "request.succeeded",
        "request.failed",
        "request.drifted",
        "request.review_reopened",
        "request.approval_voided",
    }
)


def tell(told: Message) -> None:
    """Tell the news of this delivery, unless there is later news by now: then that is told alone.

    Raises slack_client.Temporary, OSError.
    """
    if _is_old(told):
        return
    card = read(told.stream)
    person = _who_cares(card)
    if not _told_in_slack(card, person):
        mail.send([person.email], f"{card.title}: {card.request.get_status_display()}", _letter(card))


def _is_old(told: Message) -> bool:
    """The hint in the broker may carry a later number than the event that this delivery is about."""
    own = Delivery.objects.filter(pk=told.delivery).values_list("seq", flat=True).first()
    return own is None or Event.objects.filter(stream=told.stream, seq__gt=own, type__in=NEWS).exists()


def _who_cares(card: Card) -> Account:
    """The requester; for a service account the person who answers for it."""
    requester = card.request.requester
    return requester.owner or requester


def _told_in_slack(card: Card, person: Account) -> bool:
    if not settings.SLACK_BOT_TOKEN:
        return False
    accounts = [person.id, person.alias_of_id] if person.alias_of_id else [person.id]
    identity = SlackIdentity.objects.filter(account__in=accounts, team_id=settings.SLACK_TEAM_ID).first()
    if identity is None:
        return False
    said = f"{link(card.url, f'{card.title}: {words.where(card)}')}\n{words.standing(card)}"
    try:
        slack_client.post(identity.user_id, said, [section(said)])
    except Gone:
        return False
    return True


def _letter(card: Card) -> str:
    request = card.request
    lines = [f"{card.title} ({request.where}) is {request.get_status_display().lower()}."]
    lines += [f"{vote.name}: {vote.verdict} {vote.comment}".rstrip() for vote in card.decisions]
    return "\n".join([*lines, "", card.url, ""])
