from django.contrib import admin
from django.urls import include, path

from approvals.admin.waiting import home

urlpatterns = [
    path("admin/", admin.site.admin_view(home)),
    path("admin/requests/", include("approvals.admin.urls")),
    path("admin/tokens/", include("accounts.admin.urls")),
    path("admin/", admin.site.urls),
]
