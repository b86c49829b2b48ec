"""Boundaries, action requests, and the plans of what they would change."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Group
from audit.ids import new_id
from audit.models import Streamed
from autonomy.status import Status


class Level(models.IntegerChoices):
    FULL = 1, "Full"
    GUIDED = 2, "Guided"
    RESTRICTED = 3, "Restricted"


class Rule(Streamed):
    """A rule of the product itself, named by its slug; it changes by approval only."""

    slug = models.SlugField(unique=True)

    class Meta:
        abstract = True
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.slug


class Boundary(Rule):
    """A CAN/CANNOT rule: the autonomy level of the actions and targets that it matches, and why where it restricts.

    An empty list matches everything; patterns are shell globs (`deployment.*`). The most restrictive match counts.
    """

    level = models.PositiveSmallIntegerField(choices=Level)
    actions = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    environments = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    namespaces = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    kinds = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    condition = models.TextField(default="", blank=True, help_text="CEL over `target` and `parameters`.")
    reason = models.TextField(default="", blank=True)

    class Meta(Rule.Meta):
        verbose_name_plural = "boundaries"
        constraints = [
            models.CheckConstraint(condition=models.Q(level=Level.FULL) | ~models.Q(reason=""), name="boundary_restricts_with_reason"),
        ]


class ActionRequest(Streamed):
    """Somebody asks for one action on one target. Immutable but for its progress; a change of mind is a new request.

    Each index is written three times in the life of a request, so foreign keys have none of their own where another one begins with
    them, or nothing is ever deleted.
    """

    action = models.CharField(max_length=80)
    cluster = models.CharField(max_length=50, default="", blank=True)
    namespace = models.CharField(max_length=63, default="", blank=True)
    kind = models.CharField(max_length=63)
    name = models.CharField(max_length=253)
    environment = models.CharField(max_length=24, default="", blank=True)
    team = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, db_index=False, related_name="action_requests")
    parameters = models.JSONField(default=dict)
    reason = models.TextField(default="", blank=True)
    dry_run = models.BooleanField(default=False)
    override = models.JSONField(null=True, blank=True)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="action_requests")
    requester_name = models.CharField(max_length=150)
    requester_people = ArrayField(models.UUIDField(), default=list)
    door = models.CharField(max_length=16)
    created_at = models.DateTimeField()

    level = models.PositiveSmallIntegerField(choices=Level)
    level_because = models.JSONField(default=list)
    findings = models.JSONField(default=list)
    mended = models.JSONField(null=True)
    fixed = models.JSONField(default=dict)
    """What the execution will write besides the parameters, decided before its first attempt (such as a restart stamp)."""

    status = models.CharField(max_length=24, choices=Status)
    plan = models.ForeignKey("Plan", models.PROTECT, null=True, related_name="+")
    result = models.JSONField(null=True)
    rollout = models.JSONField(null=True)
    """While the watcher follows a rollout: uid, generation and template digest that our write led to, and the deadline."""
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=[str(status) for status in Status]), name="request_status_known"),
            models.CheckConstraint(
                condition=~models.Q(dry_run=True, status__in=["awaiting_approval", "queued", "running", "succeeded"]),
                name="request_dry_run_never_runs",
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="request_newest"),
            models.Index(fields=["team", "-created_at", "-id"], name="request_team_newest"),
            models.Index(fields=["requester", "-created_at", "-id"], name="request_own_newest"),
            models.Index(fields=["created_at"], condition=models.Q(status="awaiting_approval"), name="request_awaiting"),
            models.Index(fields=["cluster", "namespace", "name"], condition=models.Q(status="running"), name="request_running_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} on {self.where}"

    @property
    def where(self) -> str:
        """The target as one word: the lane in which requests on it run in order."""
        return "/".join(part for part in (self.cluster, self.namespace, self.kind, self.name) if part)

    @property
    def plan_digest(self) -> str:
        return self.plan.digest if self.plan else ""


class Plan(models.Model):
    """What a request would change, from a dry run. `body` is the exact bytes that `digest` covers and that reviewers decide on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(ActionRequest, models.PROTECT, db_index=False, related_name="plans")
    number = models.PositiveSmallIntegerField()
    digest = models.CharField(max_length=71)
    body = models.BinaryField()
    resource_version = models.CharField(max_length=64, default="")
    warnings = ArrayField(models.TextField(), default=list)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="plan_number_once")]

    def __str__(self) -> str:
        return f"plan {self.number} of {self.request_id}"


class IdempotencyKey(models.Model):
    """A caller's key for one submission: for 24 h the same key gives the same request."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, db_index=False)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=71)
    request = models.ForeignKey(ActionRequest, models.CASCADE, db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
