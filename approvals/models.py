"""Who must agree to what: rules, their frozen copy on one request, and the decisions."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Group
from audit.ids import new_id
from autonomy.models import ActionRequest, Plan, Rule


class ApprovalRule(Rule):
    """Which groups must approve the requests that it matches. An empty list matches everything; patterns are shell globs.

    All rules that match count together: for each group the greatest number of approvals that one of them asks for.
    """

    actions = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    environments = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    namespaces = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    needs = models.JSONField(help_text='Approvals per group: {"security": 2}.')
    expires_after_hours = models.PositiveSmallIntegerField(default=72)
    slack_channel = models.CharField(max_length=32, default="", blank=True)

    class Meta(Rule.Meta):
        constraints = [
            models.CheckConstraint(condition=~models.Q(needs={}), name="rule_needs_somebody"),
            models.CheckConstraint(condition=models.Q(expires_after_hours__gt=0), name="rule_expires"),
        ]


class Review(models.Model):
    """One round of asking: it is open while its request awaits approval of the very plan that it shows.

    Whether it is open is not stored: it follows from the request's status and plan, so there is one open review at most.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    request = models.ForeignKey(ActionRequest, models.PROTECT, db_index=False, related_name="reviews")
    number = models.PositiveSmallIntegerField()
    plan = models.ForeignKey(Plan, models.PROTECT, db_index=False, related_name="reviews")
    because = models.CharField(max_length=200, default="")
    slack_channel = models.CharField(max_length=32, default="")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "number"], name="review_number_once")]

    def __str__(self) -> str:
        return f"review {self.number} of {self.request_id}"


class ReviewStage(models.Model):
    """One group's share in a review: how many of its people must approve."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, models.PROTECT, db_index=False, related_name="stages")
    group = models.ForeignKey(Group, models.PROTECT, related_name="+")
    required = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["group_id"]
        constraints = [
            models.UniqueConstraint(fields=["review", "group"], name="stage_group_once"),
            models.CheckConstraint(condition=models.Q(required__gt=0), name="stage_required_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.required} of {self.group_id}"


class Decision(models.Model):
    """One person's word on one review, with the digest of the plan that it is about. Never changed, never taken back."""

    class Verdict(models.TextChoices):
        APPROVE = "approve"
        DENY = "deny"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, models.PROTECT, db_index=False, related_name="decisions")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="decisions")
    person = models.UUIDField()
    name = models.CharField(max_length=150)
    groups = ArrayField(models.CharField(max_length=50))
    verdict = models.CharField(max_length=8, choices=Verdict)
    comment = models.TextField(default="", blank=True)
    digest = models.CharField(max_length=71)
    door = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["review", "person"], name="decision_one_vote_per_person"),
            models.CheckConstraint(condition=models.Q(verdict="approve") | ~models.Q(comment=""), name="decision_denial_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.verdict}"
