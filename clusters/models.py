"""The clusters that the product may act on, and whose each namespace is."""

from django.db import models

from accounts.models import Group
from audit.models import Streamed


class Cluster(models.Model):
    """A Kubernetes cluster; its credentials are kubeconfig files named after its slug, never rows."""

    slug = models.SlugField(primary_key=True)
    title = models.CharField(max_length=80)

    class Meta:
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.title


class Namespace(Streamed):
    """Which team a namespace belongs to and which environment it is; without a team it is the platform's."""

    cluster = models.ForeignKey(Cluster, models.PROTECT, related_name="namespaces")
    name = models.CharField(max_length=63)
    team = models.ForeignKey(Group, models.PROTECT, null=True, blank=True, related_name="namespaces", limit_choices_to={"kind": "team"})
    environment = models.SlugField(max_length=24)

    class Meta:
        ordering = ["cluster", "name"]
        constraints = [models.UniqueConstraint(fields=["cluster", "name"], name="namespace_once")]

    def __str__(self) -> str:
        return f"{self.cluster_id}/{self.name}"
