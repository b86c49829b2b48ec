"""Clusters and namespaces, for everybody to read; the organisation's file says what they are."""

from django.contrib import admin

from accounts.admin.access import ReadOnlyAdmin
from clusters.models import Cluster, Namespace


@admin.register(Cluster)
class ClusterAdmin(ReadOnlyAdmin):
    list_display = ("slug", "title")
    search_fields = ("slug", "title")


@admin.register(Namespace)
class NamespaceAdmin(ReadOnlyAdmin):
    list_display = ("name", "cluster", "team", "environment")
    list_filter = ("cluster", "team", "environment")
    list_select_related = ("cluster", "team")
    search_fields = ("name",)
    fields = ("name", "cluster", "team", "environment")
