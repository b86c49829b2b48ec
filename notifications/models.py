"""Who people are in Slack, where each review is shown, and which clicks were heard."""

from django.conf import settings
from django.db import models

from approvals.models import Review
from audit.ids import new_id
from audit.models import Streamed


class SlackIdentity(Streamed):
    """A person of a Slack workspace, bound to the account that she signed in with.

    `guest` is what Slack said at `checked_at`; None there: nobody has asked yet.
    """

    team_id = models.CharField(max_length=32)
    user_id = models.CharField(max_length=32)
    account = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="slack_identities")
    guest = models.BooleanField(default=False, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name_plural = "Slack identities"
        constraints = [
            models.UniqueConstraint(fields=["team_id", "user_id"], name="slack_identity_user_once"),
            models.UniqueConstraint(fields=["team_id", "account"], name="slack_identity_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.team_id}"


class SlackMessage(models.Model):
    """One review where one channel or one person sees it. `recipient` is whom it was sent to, `channel` and `ts` are where it is.

    While it is being posted, `posting_until` keeps others from posting it too; a message that is dead is gone in Slack.
    """

    class State(models.TextChoices):
        POSTING = "posting"
        ALIVE = "alive"
        DEAD = "dead"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    review = models.ForeignKey(Review, models.CASCADE, related_name="slack_messages")
    recipient = models.CharField(max_length=32)
    channel = models.CharField(max_length=32, default="")
    ts = models.CharField(max_length=32, default="")
    digest = models.CharField(max_length=71)
    state = models.CharField(max_length=8, choices=State, default=State.POSTING)
    posting_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=80, default="", blank=True)
    """What Slack said when the message was gone."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "recipient"], name="slack_message_once")]

    def __str__(self) -> str:
        return f"{self.review_id} in {self.recipient}"


class SlackClick(models.Model):
    """A click that was heard: clicks are delivered at least once, and within five minutes anybody who saw one could send it again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    team_id = models.CharField(max_length=32)
    user_id = models.CharField(max_length=32)
    action_ts = models.CharField(max_length=32)
    value = models.CharField(max_length=255)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team_id", "user_id", "action_ts", "value"], name="slack_click_once")]
        indexes = [models.Index(fields=["at"], name="slack_click_at")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.action_ts}"
