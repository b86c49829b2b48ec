from django.core.management.base import BaseCommand, CommandError

from autonomy.models import Boundary
from autonomy.services.stored_rules import misjudging, unreadable
from guidance.models import Policy


class Command(BaseCommand):
    help = (
        "Check that this version can judge by every stored policy and boundary, and that policies say of their examples what these expect. "
        "Changes nothing. Run it with the new version before an upgrade: exit code 1 when something would not judge as it did."
    )

    def handle(self, **_: object) -> None:
        faults = [*unreadable(), *misjudging()]
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            found = f"{len(faults)} problem{'' if len(faults) == 1 else 's'}"
            raise CommandError(f"{found}: mend these rules, with the agreement of their owners, before you upgrade")
        counted = f"{Policy.objects.count()} policies and {Boundary.objects.count()} boundaries"
        self.stdout.write(f"{counted}: this version judges by all of them")
