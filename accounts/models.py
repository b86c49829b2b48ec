"""People, service accounts, the groups they are in, and the tokens they call with."""

from uuid import uuid4

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models

from audit.models import Streamed


class Account(AbstractUser):
    """A person or a service account. `alias_of` points to the same human's main account: four-eyes rules count people."""

    class Kind(models.TextChoices):
        PERSON = "person"
        SERVICE = "service"

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.PERSON)
    alias_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="aliases")
    owner = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="service_accounts",
        help_text="The person who answers for a service account.",
    )

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="person", owner__isnull=True) | models.Q(kind="service", alias_of__isnull=True),
                name="account_service_has_owner_person_has_alias",
            )
        ]

    def clean(self) -> None:
        """An alias of an alias would count as another human."""
        super().clean()
        if self.alias_of is not None and (self.alias_of.alias_of_id or self.aliases.exists()):
            raise ValidationError({"alias_of": "This must be the person's main account, and this account must have no aliases itself."})


class Group(models.Model):
    """A team that owns namespaces, or a role: those who review, and those who may read everything."""

    class Kind(models.TextChoices):
        TEAM = "team"
        ROLE = "role"

    slug = models.SlugField(primary_key=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=4, choices=Kind)
    members: "models.ManyToManyField[Account, Membership]" = models.ManyToManyField(Account, through="Membership", related_name="member_of")

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class Membership(Streamed):
    """Since when somebody is in a group: who joins after a request was made cannot decide on it."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="memberships")
    group = models.ForeignKey(Group, models.CASCADE, related_name="memberships")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "group"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.account} in {self.group}"


class Scope(models.TextChoices):
    READ = "requests:read", "read requests, catalogue and rules"
    WRITE = "requests:write", "submit and cancel requests"
    DECIDE = "requests:decide", "approve and deny"


class ApiToken(Streamed):
    """A bearer token; only the SHA-256 of its secret is stored, the secret itself is shown once."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=16, editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope))
    created_at = models.DateTimeField(editable=False)
    created_by = models.ForeignKey(Account, models.PROTECT, null=True, editable=False, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_on = models.DateField(null=True, editable=False)

    class Meta:
        verbose_name = "API token"

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.name})"
