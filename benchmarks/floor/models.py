"""The floor's one table, without any history."""

from uuid import uuid4

from django.db import models


class Job(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=253)
    replicas = models.PositiveIntegerField()
    status = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "floor"

    def __str__(self) -> str:
        return self.name
