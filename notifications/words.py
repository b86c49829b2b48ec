"""How a request stands, in the words of Slack."""

from collections.abc import Callable, Mapping, Sequence

from approvals.models import Decision
from autonomy.models import Level
from autonomy.status import Status
from guidance.policies.enforcing import strictest_first
from notifications.blocks import code, escape, moment, quoted, shortened
from notifications.card import Card

DOORS = {"admin": "on the request's page", "rest": "by the API", "slack": "in Slack"}
LONGEST_COMMENT = 300


def standing(card: Card) -> str:
    """One or two lines: what it waits for, or who decided when and how it ended."""
    return STANDINGS[Status(card.request.status)](card)


def _submitted(_: Card) -> str:
    return "*Its plan is being made*"


def _waits(card: Card) -> str:
    review = card.asked
    if not card.is_open:
        return "*The time to decide is over*"
    more = "more " if review.votes else ""
    missing = ", ".join(f"{need.required} {more}of {escape(need.group)}" for need in review.missing())
    because = f"\n{escape(review.review.because)}" if review.review.because else ""
    return f"*Waits for approval* by {missing} until {moment(review.review.expires_at)}{because}"


def _approved(card: Card) -> str:
    return f":white_check_mark: *Approved* {_by(card.approvals)}. It runs as soon as its turn comes."


def _running(card: Card) -> str:
    return f":white_check_mark: *Approved* {_by(card.approvals)}. :gear: It is running."


def _succeeded(card: Card) -> str:
    deviates = "\n:warning: The cluster's answer differs from what was approved: see its page." if _result(card).get("deviation") else ""
    return f":white_check_mark: *Approved* {_by(card.approvals)}, and *done* {_finished(card)}.{deviates}"


def _failed(card: Card) -> str:
    error = _result(card).get("error")
    error = error if isinstance(error, Mapping) else {}
    said = escape(shortened(f"{error.get('message', '')} {error.get('hint', '')}".strip(), 600))
    approved = f" It was approved {_by(card.approvals)}." if card.approvals else ""
    return f":x: *Failed* {_finished(card)}.{approved}\n{said}"


def _denied(card: Card) -> str:
    denial = card.denial
    if denial is None:
        return ":no_entry: *Denied*"
    return "\n".join([f":no_entry: *Denied* {_by([denial])}", *quoted(shortened(denial.comment, LONGEST_COMMENT))])


def _cancelled(card: Card) -> str:
    return f":no_entry: *Cancelled* by {escape(card.request.requester_name)} {_finished(card)}"


def _expired(card: Card) -> str:
    return f"*Expired* {_finished(card)}: nobody decided in time"


def _refused(_: Card) -> str:
    return ":no_entry: *Refused by policy*"


def _planned(_: Card) -> str:
    return ":information_source: *Planned*: a dry run changes nothing"


STANDINGS: Mapping[Status, Callable[[Card], str]] = {
    Status.SUBMITTED: _submitted,
    Status.POLICY_FAILED: _refused,
    Status.PLANNED: _planned,
    Status.AWAITING_APPROVAL: _waits,
    Status.QUEUED: _approved,
    Status.RUNNING: _running,
    Status.SUCCEEDED: _succeeded,
    Status.FAILED: _failed,
    Status.DENIED: _denied,
    Status.CANCELLED: _cancelled,
    Status.EXPIRED: _expired,
}


def where(card: Card) -> str:
    """The target as one reads it aloud."""
    request = card.request
    return "/".join(part for part in (request.cluster, request.namespace, request.name) if part)


def level(card: Card) -> str:
    return f"{card.request.level} {Level(card.request.level).label}"


def because(card: Card) -> list[str]:
    """Why people are asked at all: the reasons of the boundaries."""
    reasons = [str(reason["reason"]) for reason in card.request.level_because if reason.get("reason")]
    return ["*Why it needs approval*", *(escape(" ".join(reason.split())) for reason in reasons)] if reasons else []


def votes(card: Card) -> list[str]:
    """Each group's share, then each vote of this round by name."""
    if card.review is None:
        return []
    approved = card.review.approved
    shares = [f"{escape(stage.group_id)} {approved[stage.group_id]} of {stage.required}" for stage in card.review.stages]
    return [f"*Approvals*  {' · '.join(shares)}", *(_vote(vote) for vote in card.decisions)]


def _vote(vote: Decision) -> str:
    did = "approved" if vote.verdict == Decision.Verdict.APPROVE else "denied"
    mark = ":heavy_check_mark:" if did == "approved" else ":no_entry:"
    comment = f": {escape(shortened(' '.join(vote.comment.split()), LONGEST_COMMENT))}" if vote.comment else ""
    return f"{mark} {escape(vote.name)} {did} {moment(vote.at)} {DOORS.get(vote.door, '')}{comment}"


def findings(card: Card) -> list[str]:
    return [
        f":warning: *{escape(str(finding['policy']))}* ({escape(str(finding.get('exempted') or finding['enforcement']))})"
        f" {escape(str(finding['message']))} {code(str(finding['path']) or '/')}"
        for finding in strictest_first(card.request.findings)
    ]


def _by(votes: Sequence[Decision]) -> str:
    """By whom, and when that was settled."""
    return f"by {', '.join(escape(vote.name) for vote in votes)} {moment(votes[-1].at)}"


def _finished(card: Card) -> str:
    return moment(card.request.finished_at) if card.request.finished_at else ""


def _result(card: Card) -> Mapping[str, object]:
    return card.request.result or {}
