"""A small believable organisation: accounts with passwords and tokens, rules, workloads. Seeding again adds only what is missing."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from accounts.models import Account, Scope
from accounts.services.tokens import issue
from approvals.services.load_rules import load_defaults
from audit.actor import Actor
from audit.services.checkpoint import checkpoint
from clusters.connections import gateway
from clusters.errors import NotFound
from clusters.objects import Ref
from clusters.organisation import read
from clusters.services.load_organisation import load
from devstack.demo.manifests import all_manifests
from notifications.services.link import link

ORGANISATION = Path(__file__).parent / "organisation.yaml"
CLUSTER = "sandbox"
SLACK_TEAM = "T0DEMO"


def seed(known: Mapping[str, str], *, actor: Actor) -> dict[str, str]:
    """`known` are the lines of demo.env so far, passwords among them; the answer are lines to add: the tokens."""
    load(read(ORGANISATION), actor=actor)
    load_defaults(actor=actor)
    tokens: dict[str, str] = {}
    for account in Account.objects.exclude(username="").order_by("username"):
        _set_password(account, known)
        _link_slack(account, actor)
        tokens |= _token(account, known, actor)
    apply_manifests()
    checkpoint()  # whoever verifies the ledger in its first minute finds a signature to check
    return tokens


def _set_password(account: Account, known: Mapping[str, str]) -> None:
    password = known.get(f"{_variable(account)}_PASSWORD")
    if password and not account.check_password(password):
        account.set_password(password)
        account.save()


def _link_slack(account: Account, actor: Actor) -> None:
    if account.kind == Account.Kind.PERSON:
        link(account, SLACK_TEAM, f"U0{account.username.upper()}", actor=actor)


def _token(account: Account, known: Mapping[str, str], actor: Actor) -> dict[str, str]:
    name = f"{_variable(account)}_TOKEN"
    if name in known:
        return {}
    scopes = [Scope.READ, Scope.WRITE] + ([Scope.DECIDE] if account.kind == Account.Kind.PERSON else [])
    return {name: issue(account, name="demo", scopes=scopes, life=timedelta(days=365), actor=actor).secret}


def _variable(account: Account) -> str:
    return account.username.upper().replace("-", "_")


def apply_manifests() -> None:
    """Create what is missing in the cluster; what is there stays as people have made it since."""
    cluster = gateway(CLUSTER)
    for manifest in all_manifests():
        try:
            cluster.get(Ref.of(manifest))
        except NotFound:
            cluster.apply(manifest)
