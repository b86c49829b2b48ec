from typing import Any

from django.core.management.base import BaseCommand, CommandError

from guidance.models import NamespaceReport
from guidance.services.scan import scan


class Command(BaseCommand):
    help = "Judge the live workloads of all clusters by the policies in force now, as the background scan does every five minutes."

    def handle(self, **_: Any) -> None:
        unread = scan()
        for report in NamespaceReport.objects.select_related("namespace").order_by("namespace__cluster", "namespace__name"):
            counts = ", ".join(f"{count} {outcome}" for outcome, count in report.summary.items() if count)
            self.stdout.write(f"{report.namespace}: {counts or 'nothing runs there'} ({report.scanned_at:%Y-%m-%d %H:%M} UTC)")
        if unread:
            told = "; ".join(f"{cluster}: {why}" for cluster, why in unread.items())
            raise CommandError(f"not scanned, so that the reports above are older: {told}")
