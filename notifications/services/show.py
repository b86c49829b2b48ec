"""Showing a review to those who can decide, and how it goes on.

What is shown is always read from the database at that moment. Whoever has written to Slack looks once more whether the request has moved
on meanwhile, and writes again if so; whoever could not (a time-out, a crash) is called again by the outbox. So the last thing that Slack
hears is the latest state, in whatever order deliveries come.

A first post is made under a short reservation in the database, so that two workers do not both post. Slack has no idempotency key: a
crash or a time-out between its posting and our noting the place leaves a second message, one for each such attempt. Its buttons work and
its clicks are judged like all others; it is only not kept up to date.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import Account
from audit.outbox import Message
from autonomy.models import ActionRequest
from notifications import mail, slack_client, words
from notifications.card import Card, read
from notifications.message import Content, brief, message, replaced
from notifications.models import SlackMessage
from notifications.services.profiles import identities_of, look_up_guests
from notifications.slack_client import Gone, Posted, TooLong

log = logging.getLogger(__name__)
RESERVED_FOR = timedelta(seconds=30)
"""Longer than one call to Slack takes, shorter than the lease of a delivery."""
ROUNDS = 10
CHANGES = frozenset(
    f"request.{what}"
    for what in (
        "review_opened",
        "review_reopened",
        "drifted",
        "approval_voided",
        "vote_recorded",
        "approved",
        "denied",
        "cancelled",
        "expired",
        "applied",
        "attempt_failed",
        "succeeded",
        "failed",
    )
)
BY_MAIL = "e-mail"
"""The recipient that stands for all reviewers whom Slack does not reach."""

T = TypeVar("T")


def show(told: Message) -> None:
    """Bring every message about this request up to date; post what is missing. Raises slack_client.Temporary, OSError."""
    for _ in range(ROUNDS):
        card = read(told.stream)
        if card.review is None:
            return
        _replace_older(card)
        _show_review(card)
        if not ActionRequest.objects.filter(pk=told.stream).exclude(seq=card.request.seq).exists():
            return


def _replace_older(card: Card) -> None:
    """Earlier reviews are over: their messages get no buttons, so nobody takes an old plan for the current one."""
    older = SlackMessage.objects.filter(review__request=card.request, review__number__lt=card.asked.review.number)
    for row in older.filter(state=SlackMessage.State.ALIVE).exclude(ts=""):
        _unless_gone(row, lambda row=row: slack_client.update(_place(row), replaced(card).text, replaced(card).blocks))  # type: ignore[misc]


def _show_review(card: Card) -> None:
    channel = card.asked.review.slack_channel or settings.SLACK_CHANNEL
    if not settings.SLACK_BOT_TOKEN:
        _mail_reviewers(card, _reviewers(card))
    elif not (channel and _shown(card, channel)):
        _show_in_person(card)


def _show_in_person(card: Card) -> None:
    """There is no channel, or it is gone: each reviewer gets the message herself, else an e-mail."""
    if not card.is_open:
        _update_in_person(card)
        return
    reached = {account_id for account_id, user_id in _in_slack(card) if _shown(card, user_id)}
    _mail_reviewers(card, [account for account in _reviewers(card) if account.id not in reached])


def _update_in_person(card: Card) -> None:
    """Nobody is bothered any more; who was asked sees how it ended."""
    asked = card.asked.review.slack_messages.filter(state=SlackMessage.State.ALIVE).exclude(ts="")
    for row in asked:
        _shown(card, row.recipient)


def _in_slack(card: Card) -> list[tuple[object, str]]:
    people = [account.id for account in _reviewers(card)]
    look_up_guests(people)
    return [
        (identity.account.alias_of_id or identity.account_id, identity.user_id)
        for identity in identities_of(people)
        if settings.SLACK_ALLOW_GUESTS or not identity.guest
    ]


def _reviewers(card: Card) -> list[Account]:
    people = set(card.asked.eligible) - set(card.request.requester_people)
    return list(Account.objects.filter(pk__in=people).order_by("username"))


def _shown(card: Card, recipient: str) -> bool:
    """Post or update the message for a channel or a person; False when it is gone."""
    row = _row(card, recipient)
    if row.state == SlackMessage.State.DEAD:
        return False
    if row.state == SlackMessage.State.ALIVE:
        return _unless_gone(row, lambda: _written(card, lambda said: slack_client.update(_place(row), said.text, said.blocks)))
    look_up_guests(card.asked.eligible)
    return not _reserved(row) or _unless_gone(row, lambda: _post(card, row))


def _row(card: Card, recipient: str) -> SlackMessage:
    review = card.asked.review
    row, _ = SlackMessage.objects.get_or_create(review=review, recipient=recipient, defaults={"digest": card.request.plan_digest})
    return row


def _reserved(row: SlackMessage) -> bool:
    """Whether posting it is up to us; who else posts it looks afterwards whether the request has moved on."""
    free = Q(posting_until=None) | Q(posting_until__lt=Now())
    waiting = SlackMessage.objects.filter(free, pk=row.pk, state=SlackMessage.State.POSTING)
    return bool(waiting.update(posting_until=Now() + RESERVED_FOR))


def _post(card: Card, row: SlackMessage) -> None:
    with _free_again_if_it_fails(row):
        posted = _written(card, lambda said: slack_client.post(row.recipient, said.text, said.blocks))
    _note(row, state=SlackMessage.State.ALIVE, channel=posted.channel, ts=posted.ts, digest=card.request.plan_digest)


@contextmanager
def _free_again_if_it_fails(row: SlackMessage) -> Iterator[None]:
    """The outbox tries again soon: the reservation must not keep it from doing so."""
    try:
        yield
    except Exception:
        _note(row)
        raise


def _written(card: Card, write: Callable[[Content], T]) -> T:
    """Slack counts as it likes: what it finds too long goes without the difference."""
    try:
        return write(message(card))
    except TooLong:
        return write(brief(card))


def _unless_gone(row: SlackMessage, write: Callable[[], None]) -> bool:
    """False when the message or its place is gone, which is noted: what was decided stands, and is told elsewhere."""
    try:
        write()
    except Gone as error:
        log.warning("the message about %s in %s is gone: %s", row.review_id, row.recipient, error)
        _note(row, state=SlackMessage.State.DEAD, error=error.code)
        return False
    return True


def _note(row: SlackMessage, **values: object) -> None:
    SlackMessage.objects.filter(pk=row.pk).update(posting_until=None, **values)


def _place(row: SlackMessage) -> Posted:
    return Posted(row.channel, row.ts)


def _mail_reviewers(card: Card, accounts: list[Account]) -> None:
    """Once for each review, while it can be decided."""
    if not (card.is_open and mail.enabled() and any(account.email for account in accounts)):
        return
    row = _row(card, BY_MAIL)
    if _reserved(row):
        with _free_again_if_it_fails(row):
            mail.send((account.email for account in accounts), f"To be approved: {card.title}, {words.where(card)}", _letter(card))
        _note(row, state=SlackMessage.State.ALIVE)


def _letter(card: Card) -> str:
    request = card.request
    reason = request.reason or "none given"
    return f"{request.requester_name} asks: {card.title} ({request.where}).\n\nReason: {reason}\n\nDecide here: {card.url}\n"
