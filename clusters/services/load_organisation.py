"""Bringing the database in line with the organisation's file. Loading the same file again changes nothing."""

from accounts.models import Account, Group, Membership
from accounts.services.groups import join, leave
from audit.actor import Actor
from audit.ledger import Change, commit
from clusters.models import Cluster, Namespace
from clusters.organisation import AccountEntry, ClusterEntry, NamespaceEntry, Organisation


def load(organisation: Organisation, *, actor: Actor) -> list[str]:
    """Create and update what the file names, and say what was done. What it does not name stays; memberships are as it says."""
    done: list[str] = []
    for group in organisation.groups:
        _, created = Group.objects.update_or_create(slug=group.slug, defaults={"name": group.name, "kind": group.kind})
        done += [f"group {group.slug}"] if created else []
    for account in sorted(organisation.accounts, key=lambda entry: entry.kind):  # people first: they own service accounts
        done += _load_account(account, actor)
    for cluster in organisation.clusters:
        done += _load_cluster(cluster, actor)
    return done


def _load_account(entry: AccountEntry, actor: Actor) -> list[str]:
    first, _, last = entry.name.partition(" ")
    wanted = {
        "email": entry.email,
        "first_name": first,
        "last_name": last,
        "kind": entry.kind,
        "is_staff": entry.staff and entry.kind == "person",
        "owner": Account.objects.get(username=entry.owner) if entry.owner else None,
        "alias_of": Account.objects.get(username=entry.alias_of) if entry.alias_of else None,
    }
    account, created = Account.objects.get_or_create(username=entry.username, defaults=wanted)
    if created:
        account.set_unusable_password()
    for name, value in wanted.items():
        setattr(account, name, value)
    account.save()
    return ([f"account {entry.username}"] if created else []) + _load_memberships(account, entry, actor)


def _load_memberships(account: Account, entry: AccountEntry, actor: Actor) -> list[str]:
    there = set(Membership.objects.filter(account=account).values_list("group_id", flat=True))
    for group in sorted(set(entry.groups) - there):
        join(account, group, actor=actor)
    for group in sorted(there - set(entry.groups)):
        leave(account, group, actor=actor)
    return [f"{entry.username} joins {group}" for group in sorted(set(entry.groups) - there)] + [
        f"{entry.username} leaves {group}" for group in sorted(there - set(entry.groups))
    ]


def _load_cluster(entry: ClusterEntry, actor: Actor) -> list[str]:
    cluster, created = Cluster.objects.update_or_create(slug=entry.slug, defaults={"title": entry.title})
    return ([f"cluster {entry.slug}"] if created else []) + [
        line for one in entry.namespaces for line in _load_namespace(cluster, one, actor)
    ]


def _load_namespace(cluster: Cluster, entry: NamespaceEntry, actor: Actor) -> list[str]:
    values = {"team_id": entry.team, "environment": entry.environment}
    row = Namespace.objects.filter(cluster=cluster, name=entry.name).first() or Namespace(cluster=cluster, name=entry.name)
    if row.seq and {name: getattr(row, name) for name in values} == values:
        return []
    commit(Change(row, "namespace.assigned", actor, {"cluster": cluster.slug, "namespace": entry.name, **values}).set(**values))
    return [f"namespace {cluster.slug}/{entry.name}: {entry.team or 'platform'}, {entry.environment}"]
