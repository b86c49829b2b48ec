"""The page on which a person binds her Slack user to the account that she is signed in with.

The link in Slack proves the Slack user, the session proves the account; only both together bind. What is bound is shown by name and has
to be confirmed, because somebody could send her own link to somebody else.
"""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_hex
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actors import actor_of
from accounts.models import Account
from audit.actor import Door
from audit.problems import Problem
from notifications import courier, slack_client
from notifications.blocks import escape
from notifications.errors import GuestOfSlack, LinkedOtherwise, LinkExpired, NotInSlack, SlackIsAway
from notifications.models import SlackIdentity
from notifications.services.link import link
from notifications.services.once import is_first
from notifications.slack_client import Gone, Profile, SlackError

GOOD_FOR = timedelta(minutes=15)
SALT = "slack-link"


@dataclass(frozen=True)
class Invited:
    """A Slack user who has got a link; `nonce` tells one link from another."""

    team_id: str
    user_id: str
    nonce: str


def invitation(user_id: str) -> str:
    """The address at which this Slack user can be bound, once, to an account."""
    token = signing.dumps([settings.SLACK_TEAM_ID, user_id, token_hex(8)], salt=SALT)
    return f"{settings.BASE_URL}{reverse('slack-link')}?{urlencode({'token': token})}"


def _invited(token: str) -> Invited:
    """Raises LinkExpired. Once the user is bound no link of hers is good any more."""
    try:
        team_id, user_id, nonce = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except (signing.BadSignature, ValueError) as error:
        raise LinkExpired from error
    if team_id != settings.SLACK_TEAM_ID or SlackIdentity.objects.filter(team_id=team_id, user_id=user_id).exists():
        raise LinkExpired
    return Invited(team_id, user_id, nonce)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def page(http: HttpRequest) -> HttpResponse:
    """GET shows what would be bound, POST binds it."""
    assert isinstance(http.user, Account)  # noqa: S101 login_required
    account, token = http.user, http.POST.get("token") or http.GET.get("token", "")
    context: dict[str, object] = {"title": "Link your Slack user", "account": account, "token": token}
    status = 200
    try:
        invited = _invited(token)
        context["profile"] = _profile(invited, account)
        if http.method == "POST":
            _bind(invited, account)
            context["linked"] = True
    except Problem as problem:
        context["problem"], status = problem, problem.status
    return TemplateResponse(http, "notifications/link.html", {**admin.site.each_context(http), **context}, status=status)


def _profile(invited: Invited, account: Account) -> Profile:
    """Who Slack says this user is. Raises GuestOfSlack, NotInSlack, LinkedOtherwise, SlackIsAway."""
    try:
        found = slack_client.profile(invited.user_id)
    except Gone as error:
        raise LinkExpired from error
    except SlackError as error:
        raise SlackIsAway from error
    if found.bot or account.kind != Account.Kind.PERSON:
        raise NotInSlack(f"{found.name} is no person.")
    if found.guest and not settings.SLACK_ALLOW_GUESTS:
        raise GuestOfSlack
    if found.email and Account.objects.filter(email__iexact=found.email).exclude(pk=account.pk).exists():
        raise LinkedOtherwise(
            f"{found.name} in Slack has the e-mail address of another account than {account}.",
            hint="Sign in with the account that is yours, or ask who sent you this link.",
        )
    return found


def _bind(invited: Invited, account: Account) -> None:
    """Raises LinkExpired when this very link was used before, LinkedOtherwise."""
    if not is_first(invited.user_id, "link", invited.nonce):
        raise LinkExpired
    link(account, invited.team_id, invited.user_id, actor=actor_of(account, Door.ADMIN))
    said = f"You act as *{escape(account.username)}* now when you click here. If that was not you, tell a platform admin at once."
    courier.soon(lambda: slack_client.say(invited.user_id, said))
