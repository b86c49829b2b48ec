"""Pure: the message about a review, and the modals behind its buttons.

Approve is there only where everything can be read: in the message, else in the modal behind Review, else on the request's page.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from notifications import blocks as kit
from notifications import words
from notifications.blocks import Block
from notifications.card import Card

APPROVE, DENY, REVIEW, OPEN = "approve", "deny", "review", "open"
COMMENT = "comment"
REASON_SHOWN, REMARKS_SHOWN = 1000, 4


@dataclass(frozen=True)
class Content:
    """`text` is what notifications and screen readers say."""

    text: str
    blocks: Sequence[Block]


def message(card: Card) -> Content:
    """The message as the request is now."""
    whole = _whole(card)
    if whole is not None:
        blocks = [*_head(card), *whole, *_foot(card, _approve(card))]
        if kit.fits_message(blocks):
            return Content(_text(card), blocks)
    return brief(card)


def brief(card: Card) -> Content:
    """The message without what does not fit: it cannot be approved from here."""
    decide = kit.button(REVIEW, "Review", value=card.value, style="primary") if review_modal(card) else None
    return Content(_text(card), [*_head(card), *_gist(card), *_foot(card, decide)])


def replaced(card: Card) -> Content:
    """What becomes of the message about an earlier review: nothing to click, nothing that could pass for the current plan."""
    said = f"*Replaced by a newer review* of {kit.link(card.url, _subject(card))}"
    return Content(f"Replaced by a newer review: {_subject(card)}", [kit.section(said)])


def _subject(card: Card) -> str:
    return f"{card.title}: {words.where(card)}"


def _text(card: Card) -> str:
    said = words.standing(card).splitlines()[0]
    return kit.shortened(f"{kit.escape(card.request.requester_name)} asks: {kit.escape(_subject(card))}. {said}", 1500)


def _head(card: Card) -> list[Block]:
    request = card.request
    facts = [
        f"*Requester*\n{kit.escape(request.requester_name)}",
        f"*Target*\n{kit.code(request.where)}",
        f"*Environment*\n{kit.escape(request.environment) or 'the product itself'}",
        f"*Level*\n{words.level(card)}",
    ]
    return [kit.header(_subject(card)), kit.section(words.standing(card)), kit.fields(facts)]


def _whole(card: Card) -> list[Block] | None:
    """Everything that a decision needs, or None where a line of it is too long for Slack."""
    difference, because, remarks = kit.fenced(card.difference), words.because(card), _remarks(card)
    if difference is None or any(len(line) > kit.SECTION for line in [*because, *remarks]):
        return None
    reason = kit.sections(["*Reason*", *kit.quoted(card.request.reason or "none given")])
    changes = difference or [kit.section("_Nothing would change._")]
    return [*reason, *kit.sections(because), *kit.sections(remarks), *_override(card), kit.section("*Difference*"), *changes]


def _gist(card: Card) -> list[Block]:
    reason = kit.sections(["*Reason*", *kit.quoted(kit.shortened(card.request.reason or "none given", REASON_SHOWN))])
    remarks = [*words.because(card), *_remarks(card)]
    more = [f"… and {len(remarks) - REMARKS_SHOWN} more"] if len(remarks) > REMARKS_SHOWN else []
    shown = [kit.shortened(remark, 600) for remark in remarks[:REMARKS_SHOWN]]
    note = f"*Difference*\n{kit.counts(card.difference)}: too much for a message."
    return [*reason[:1], *kit.sections([*shown, *more]), *_override(card, REASON_SHOWN)[:1], kit.section(note)]


def _override(card: Card, longest: int | None = None) -> list[Block]:
    """What is to be overridden and why; of the reason at most so many characters."""
    override = card.request.override
    if not override:
        return []
    policies, reason = ", ".join(kit.escape(str(policy)) for policy in override["policies"]), str(override["reason"])
    said = kit.quoted(kit.shortened(reason, longest) if longest else reason)
    return kit.sections([f":warning: *Overrides* {policies} until {kit.escape(str(override['until']))}", *said])


def _remarks(card: Card) -> list[str]:
    """What policies found, and what the plan warns of: the cluster's words, or what else a change of our own rules does."""
    warnings = card.request.plan.warnings if card.request.plan else []
    return [*words.findings(card), *(f":warning: Warning: {kit.escape(warning)}" for warning in warnings)]


def _foot(card: Card, decide: Block | None) -> list[Block]:
    votes = [kit.context(kit.shortened("\n".join(words.votes(card)), 1900))] if card.review else []
    page = kit.button(OPEN, "Open its page", url=card.url)
    if not card.is_open:
        return [*votes, kit.actions(page)]
    deny = kit.button(DENY, "Deny", value=card.value, style="danger")
    return [*votes, kit.actions(*([decide] if decide else []), deny, page)]


def _approve(card: Card) -> Block:
    asks = f"*{kit.escape(_subject(card))}*\nExactly this difference runs, in your name."
    return kit.button(APPROVE, "Approve", value=card.value, style="primary", confirm=kit.confirmation("Approve it?", asks, yes="Approve"))


def review_modal(card: Card) -> Block | None:
    """All of it, with Approve at its end; None where Slack cannot show all of it."""
    whole = _whole(card)
    if whole is None:
        return None
    comment = kit.entry(COMMENT, "Comment", optional=True, hint="Approve lets exactly this difference run, in your name.")
    blocks = [*_head(card), *whole, comment]
    view = _modal(APPROVE, "Review", "Approve", card, blocks)
    return view if kit.fits_modal(view, blocks) else None


def deny_modal(card: Card) -> Block:
    reason = kit.entry(COMMENT, "Reason", optional=False, hint="The requester reads it: say what would have to be different.")
    asks = (
        f"*{kit.escape(kit.shortened(_subject(card), 500))}*, asked for by {kit.escape(card.request.requester_name)}. One denial ends it."
    )
    return _modal(DENY, "Deny", "Deny", card, [kit.section(asks), reason])


def _modal(callback: str, title: str, submit: str, card: Card, blocks: Sequence[Block]) -> Block:
    return {
        "type": "modal",
        "callback_id": callback,
        "private_metadata": card.value,
        "title": kit.plain(title),
        "submit": kit.plain(submit),
        "close": kit.plain("Cancel"),
        "blocks": list(blocks),
    }
