"""Binding a Slack user to an account: whoever clicks as that user acts as that account, so each is an event of the ledger."""

from django.db.models import Q

from accounts.models import Account
from audit.actor import Actor
from audit.ledger import Change, commit, judged_again
from audit.statement import Refused
from notifications.errors import LinkedOtherwise, NotInSlack
from notifications.models import SlackIdentity

ONCE = frozenset({"slack_identity_user_once", "slack_identity_account_once"})


@judged_again
def link(account: Account, team_id: str, user_id: str, *, actor: Actor) -> SlackIdentity:
    """Bind them; the same again changes nothing. Raises NotInSlack for what is no person, LinkedOtherwise."""
    if account.kind != Account.Kind.PERSON:
        raise NotInSlack(f"{account} is a service account.")
    there = SlackIdentity.objects.filter(team_id=team_id, user_id=user_id, account=account).first()
    if there is not None:
        return there
    if SlackIdentity.objects.filter(Q(user_id=user_id) | Q(account=account), team_id=team_id).exists():
        raise _otherwise(account, user_id)
    identity = SlackIdentity(team_id=team_id, user_id=user_id, account=account)
    try:
        commit(Change(identity, "slack-identity.linked", actor, _data(identity)))
    except Refused as error:
        if error.constraint in ONCE:
            raise _otherwise(account, user_id) from error
        raise
    return identity


@judged_again
def unlink(team_id: str, user_id: str, *, actor: Actor) -> None:
    """From now on clicks of this Slack user are nobody's; unlinking again changes nothing."""
    identity = SlackIdentity.objects.select_related("account").filter(team_id=team_id, user_id=user_id).first()
    if identity is not None:
        commit(Change(identity, "slack-identity.unlinked", actor, _data(identity)).remove_subject())


def _otherwise(account: Account, user_id: str) -> LinkedOtherwise:
    return LinkedOtherwise(f"{account} or the Slack user {user_id} is linked to somebody else.")


def _data(identity: SlackIdentity) -> dict[str, object]:
    return {"team": identity.team_id, "user": identity.user_id, "account": identity.account.username}
