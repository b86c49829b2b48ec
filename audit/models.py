"""The ledger of events and the outbox of deliveries."""

from django.db import models

from audit.ids import new_id


class Streamed(models.Model):
    """A thing whose history counts: it carries number and hash of the last event of its stream (its id)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    seq = models.PositiveIntegerField(default=0, editable=False)
    head = models.BinaryField(max_length=32, default=b"", editable=False)

    class Meta:
        abstract = True


class Event(models.Model):
    """What happened to one thing, once: never updated, never deleted (triggers refuse it).

    `body` holds the exact canonical bytes that `hash` is the SHA-256 of, `prev` included; the other columns repeat
    what queries need.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    stream = models.UUIDField()
    seq = models.PositiveIntegerField()
    type = models.CharField(max_length=64)
    status = models.CharField(max_length=24)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=150)
    door = models.CharField(max_length=16)
    at = models.DateTimeField()
    body = models.BinaryField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "seq"], name="event_stream_seq"),
            # The target of the requests' foreign key: a status that no event tells cannot be stored.
            models.UniqueConstraint(fields=["stream", "seq", "status"], name="event_stream_seq_status"),
        ]
        indexes = [models.Index(fields=["at"], name="event_at")]

    def __str__(self) -> str:
        return f"{self.type} #{self.seq} of {self.stream}"


class Delivery(models.Model):
    """One listener that still has to hear of one event: there until it was heard.

    At most one delivery of a `lane` is claimed at a time; attempts are counted at the claim and fence off a worker
    whose lease ran out.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    listener = models.CharField(max_length=64)
    stream = models.UUIDField()
    seq = models.PositiveIntegerField()
    lane = models.CharField(max_length=600, null=True)
    epoch = models.UUIDField(null=True)
    """In which what it asks for was judged: while that lasts, by what was judged then."""
    created_at = models.DateTimeField()
    published_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    dead = models.BooleanField(default=False)
    last_error = models.TextField(default="")

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["lane"], condition=models.Q(lease_until__isnull=False), name="delivery_one_claim_per_lane"),
        ]
        indexes = [
            models.Index(fields=["published_at"], condition=models.Q(dead=False), name="delivery_due"),
            models.Index(fields=["lane", "created_at", "id"], condition=models.Q(lane__isnull=False), name="delivery_lane_order"),
            models.Index(fields=["stream"], name="delivery_stream"),
        ]

    def __str__(self) -> str:
        return f"{self.listener} of {self.stream} #{self.seq}"


class Checkpoint(models.Model):
    """A signed Merkle root over all events that no earlier checkpoint covers, linked to the checkpoint before."""

    number = models.PositiveIntegerField(primary_key=True)
    root = models.BinaryField(max_length=32)
    count = models.PositiveIntegerField()
    prev = models.BinaryField(max_length=32)
    at = models.DateTimeField()
    key = models.CharField(max_length=64)
    signature = models.BinaryField(max_length=64)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"checkpoint {self.number}"


class Covered(models.Model):
    """Which checkpoint covers an event: each event is covered once."""

    event = models.OneToOneField(Event, models.PROTECT, primary_key=True, related_name="covered")
    checkpoint = models.ForeignKey(Checkpoint, models.PROTECT, related_name="covers")

    def __str__(self) -> str:
        return f"{self.event_id} in {self.checkpoint_id}"
