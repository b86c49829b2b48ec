"""Clicks and forms from Slack: verified, judged by the same verbs as behind every door, and answered at once.

Nothing here waits for Slack: the answer to a click is an empty 200, what a person has to read goes out beside it.
"""

import logging
from collections.abc import Callable, Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.actors import actor_of
from approvals.errors import NotOpen
from approvals.plans import plan_changed
from approvals.services import decide
from audit.actor import Actor, Door
from audit.problems import Problem
from autonomy import queries
from autonomy.errors import MayNotSee
from autonomy.models import ActionRequest, Plan
from notifications import courier, linking, refusals, slack_client
from notifications.blocks import Block, link
from notifications.card import Card, prefix_of, read
from notifications.errors import AccountIsOff, GuestOfSlack, NotFromSlack, NotShownWhole, OnlyPost, OtherWorkspace
from notifications.message import APPROVE, COMMENT, DENY, REVIEW, Content, deny_modal, review_modal
from notifications.models import SlackIdentity
from notifications.payloads import Action, Interaction, Seen, parse, seen
from notifications.services.once import is_first

log = logging.getLogger(__name__)
Act = Callable[[Interaction, Actor, Seen], None]


class Unlinked(Exception):
    """Nobody knows who this Slack user is."""


@csrf_exempt
@never_cache
def interactions(http: HttpRequest) -> HttpResponse:
    """Where Slack posts: 401 for what it did not sign, 403 for other workspaces, else 200 whatever comes of it."""
    try:
        return _answer(_received(http))
    except Problem as problem:
        document = {
            "type": f"/problems/{problem.slug}",
            "title": problem.title,
            "status": problem.status,
            "detail": problem.detail,
            "instance": http.path,
            "suggestion": problem.suggestion,
        }
        headers = {"Allow": "POST"} if problem.status == 405 else {}
        return JsonResponse(document, status=problem.status, content_type="application/problem+json", headers=headers)


def _received(http: HttpRequest) -> Interaction:
    """The signature covers the raw bytes, so nothing is parsed before it holds."""
    if http.method != "POST":
        raise OnlyPost
    headers = http.headers
    if not slack_client.is_signed(
        http.body, timestamp=headers.get("X-Slack-Request-Timestamp"), signature=headers.get("X-Slack-Signature")
    ):
        raise NotFromSlack
    received = parse(http.body)
    if not received.is_of(settings.SLACK_TEAM_ID):
        raise OtherWorkspace
    return received


def _answer(received: Interaction) -> HttpResponse:
    if received.type == "view_submission":
        return _submitted(received)
    if received.type == "block_actions":
        for action in received.actions:
            what = seen(action.value)
            if action.action_id in CLICKS and what is not None and _is_new(received, action):
                _clicked(received, CLICKS[action.action_id], what)
    return HttpResponse()


def _is_new(received: Interaction, action: Action) -> bool:
    """Whether this click was not heard before; of two that arrive at once one is."""
    return is_first(received.user.id, action.action_ts, action.value)


def _clicked(received: Interaction, act: Act, what: Seen) -> None:
    try:
        act(received, _actor(received), what)
    except Unlinked:
        _whisper(received, Content(_invitation(received), []))
    except Problem as problem:
        _whisper(received, refusals.whisper(problem, _page_for(problem, what)))


def _approve_clicked(received: Interaction, actor: Actor, what: Seen) -> None:  # noqa: ARG001 (as every other)
    decide.approve(what.request_id, actor=actor, digest=_digest(what))


def _deny_clicked(received: Interaction, actor: Actor, what: Seen) -> None:
    _open(received, what, deny_modal(_decidable(actor, what)))


def _review_clicked(received: Interaction, actor: Actor, what: Seen) -> None:
    card = _decidable(actor, what)
    if prefix_of(card.request.plan_digest) != what.prefix:
        raise plan_changed(card.request, _digest(what))
    view = review_modal(card)
    if view is None:
        raise NotShownWhole
    _open(received, what, view)


CLICKS: Mapping[str, Act] = {
    APPROVE: _approve_clicked,
    DENY: _deny_clicked,
    REVIEW: _review_clicked,
}


def _decidable(actor: Actor, what: Seen) -> Card:
    """What this person can decide now, so that no form opens in vain. Raises the problem that deciding would meet."""
    queries.read(what.request_id, actor=actor)
    card = read(what.request_id)
    if card.review is None:
        raise NotOpen(f"The request is {card.request.status}.", current=card.request.status)
    refusal = card.review.refusal(actor)
    if refusal is not None:
        raise refusal
    return card


def _submitted(received: Interaction) -> HttpResponse:
    what = seen(received.view.private_metadata)
    if what is None or received.view.callback_id not in {APPROVE, DENY}:
        return HttpResponse()
    comment = received.view.filled_in(COMMENT)
    try:
        actor = _actor(received)
        if received.view.callback_id == APPROVE:
            decide.approve(what.request_id, actor=actor, digest=_digest(what), comment=comment)
        else:
            decide.deny(what.request_id, actor=actor, comment=comment)
    except Unlinked:
        return _errors("Your Slack user is not linked to an account any more: click the button in the message again.")
    except Problem as problem:
        return _refused(problem, what)
    return HttpResponse()


def _refused(problem: Problem, what: Seen) -> HttpResponse:
    view = refusals.over_the_form(problem, _page_for(problem, what))
    if view is None:
        return _errors(f"{problem.title}. {problem.detail} {problem.suggestion}")
    return JsonResponse({"response_action": "push", "view": view})


def _errors(said: str) -> HttpResponse:
    """Slack shows it below the field, and the form stays."""
    return JsonResponse({"response_action": "errors", "errors": {COMMENT: said}})


def _actor(received: Interaction) -> Actor:
    """Who clicked. Raises Unlinked, GuestOfSlack, AccountIsOff."""
    found = SlackIdentity.objects.select_related("account").filter(team_id=settings.SLACK_TEAM_ID, user_id=received.user.id).first()
    if found is None:
        raise Unlinked
    if found.guest and not settings.SLACK_ALLOW_GUESTS:
        raise GuestOfSlack
    if not found.account.is_active:
        raise AccountIsOff
    return actor_of(found.account, Door.SLACK)


def _digest(what: Seen) -> str:
    """The digest of the plan that was seen, whether it is still the current one or not."""
    digests = Plan.objects.filter(request=what.request_id).values_list("digest", flat=True)
    return next((digest for digest in digests if prefix_of(digest) == what.prefix), what.prefix)


def _open(received: Interaction, what: Seen, view: Block) -> None:
    def explain() -> None:
        said = f"Slack did not open the form in time. Click again, or decide on {_page(what)}."
        slack_client.whisper(received.place, received.user.id, said)

    courier.soon(lambda: slack_client.open_modal(received.trigger_id, view), otherwise=explain)


def _whisper(received: Interaction, said: Content) -> None:
    """A message that only who clicked sees; its text alone where Slack finds the blocks too long."""

    def whisper() -> None:
        try:
            slack_client.whisper(received.place, received.user.id, said.text, said.blocks)
        except slack_client.TooLong:
            slack_client.whisper(received.place, received.user.id, said.text)

    if received.place:
        courier.soon(whisper)


def _page_for(problem: Problem, what: Seen) -> str:
    """Who may not see the request is not told where it is."""
    return "" if isinstance(problem, MayNotSee) else _page(what)


def _page(what: Seen) -> str:
    found = ActionRequest.objects.filter(pk=what.request_id).first()
    return link(Card(found, None).url, "the request's page") if found else "the request's page"


def _invitation(received: Interaction) -> str:
    url = linking.invitation(received.user.id)
    return (
        f"*Who are you?* Your Slack user is not linked to an account yet.\n{link(url, 'Link it')} (the link is good for "
        f"{linking.GOOD_FOR.seconds // 60} minutes), then click again."
    )
