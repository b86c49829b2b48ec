"""Policies as they are in force: body, enforcement level and owners."""

from django.db import models

from accounts.models import Group
from audit.models import Streamed
from guidance.policy import Enforcement


class Policy(Streamed):
    """A policy in force. `source` is its YAML file as written; `enforcement` stands outside the body."""

    slug = models.SlugField(unique=True)
    version = models.CharField(max_length=16)
    source = models.TextField()
    enforcement = models.CharField(max_length=16, choices=[(level.value, level.value) for level in Enforcement])
    owner = models.ForeignKey(Group, models.PROTECT, related_name="policies")

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.slug
