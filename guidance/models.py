"""Policies as they are in force: body, enforcement level and owners, and whom they let pass."""

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Group
from audit.models import Streamed
from clusters.models import Cluster, Namespace
from guidance.policies.enforcing import Local
from guidance.policies.exempting import EVERYTHING
from guidance.policies.policy import Enforcement


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


class Exemption(models.Model):
    """A policy lets one object pass, or (kind Namespace) all of a namespace, until a time by the database's clock.

    It belongs to the history of its policy, which tells when it began and ended.
    """

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    policy = models.ForeignKey(Policy, models.PROTECT, related_name="exemptions")
    cluster = models.ForeignKey(Cluster, models.PROTECT, db_index=False, related_name="+")
    namespace = models.CharField(max_length=63)
    kind = models.CharField(max_length=63)
    name = models.CharField(max_length=253)
    reason = models.TextField()
    until = models.DateTimeField()
    request = models.UUIDField()
    asked_by = models.CharField(max_length=150)
    granted_by = ArrayField(models.CharField(max_length=150))
    granted_at = models.DateTimeField()

    class Meta:
        ordering = ["until", "id"]
        constraints = [
            models.UniqueConstraint(fields=["cluster", "namespace", "kind", "name", "policy"], name="exemption_once"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="exemption_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.policy_id}: {self.where}"

    @property
    def where(self) -> str:
        """What it is about, as one word."""
        return f"{self.cluster_id}/{self.namespace}" + ("" if self.kind == EVERYTHING else f"/{self.kind}/{self.name}")


class NamespaceReport(models.Model):
    """What the policies in force say of the live workloads of one namespace, as of the last scan. In the words of PolicyReport.

    `results` are those that do not pass; `left_off` says how many more there were, `problems` what could not be read.
    """

    namespace = models.OneToOneField(Namespace, models.CASCADE, primary_key=True, related_name="policy_report")
    scanned_at = models.DateTimeField()
    summary = models.JSONField()
    results = models.JSONField()
    left_off = models.PositiveIntegerField()
    problems = ArrayField(models.TextField())
    exemptions_used = ArrayField(models.UUIDField())

    class Meta:
        verbose_name = "policy report"

    def __str__(self) -> str:
        return str(self.namespace)
