from django.apps import AppConfig
from django.core.signals import request_started

from audit.connections import drop_dead


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        request_started.connect(drop_dead)
