from django.contrib import admin
from django.urls import path

from approvals.admin import decide, page, waiting

app_name = "requests"
urlpatterns = [
    path("waiting/", admin.site.admin_view(waiting.waiting), name="waiting"),
    path("waiting/state/", admin.site.admin_view(waiting.waiting_state), name="waiting-state"),
    path("<uuid:pk>/", admin.site.admin_view(page.page), name="page"),
    path("<uuid:pk>/state/", admin.site.admin_view(page.state), name="state"),
    path("<uuid:pk>/approve/", admin.site.admin_view(decide.approve), name="approve"),
    path("<uuid:pk>/deny/", admin.site.admin_view(decide.deny), name="deny"),
    path("<uuid:pk>/cancel/", admin.site.admin_view(decide.cancel), name="cancel"),
]
