"""Who reads of which namespaces: one's own teams', or all."""

from django.db.models import QuerySet

from accounts import roles
from audit.actor import Actor
from clusters.models import Namespace


def namespaces_of(actor: Actor) -> QuerySet[Namespace]:
    """Admins, security and auditors see all."""
    if actor.groups & roles.READS_EVERYTHING:
        return Namespace.objects.all()
    return Namespace.objects.filter(team_id__in=actor.groups)
