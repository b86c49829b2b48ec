"""Policies as they are in force: body, enforcement level and owners."""

from django.db import models

from accounts.models import Group
from audit.models import Streamed
from guidance.enforcing import Local
from guidance.policy import Enforcement


class Policy(Streamed):
    """A policy in force. `source` is its YAML file as written, which names version and owner too.

    How strictly it is enforced stands outside of the body: `enforcement` everywhere, `enforcement_in` where it differs.
    """

    slug = models.SlugField(unique=True)
    version = models.CharField(max_length=16)
    source = models.TextField()
    enforcement = models.CharField(max_length=16, choices=[(level.value, level.value) for level in Enforcement])
    enforcement_in = models.JSONField(default=list)
    owner = models.ForeignKey(Group, models.PROTECT, related_name="policies")

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return self.slug

    @property
    def local_levels(self) -> tuple[Local, ...]:
        """Where it is enforced at another level."""
        return tuple(Local.of(row) for row in self.enforcement_in)
