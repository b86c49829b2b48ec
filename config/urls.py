from django.contrib import admin
from django.urls import include, path

from approvals.admin.waiting import home

# In the order of how often they are asked for: each that stands before costs every call.
urlpatterns = [
    path("", include("api.urls")),
    path("admin/", admin.site.admin_view(home)),
    path("admin/requests/", include("approvals.admin.urls")),
    path("admin/tokens/", include("accounts.admin.urls")),
    path("admin/", admin.site.urls),
    path("", include("notifications.urls")),
]

handler400 = "api.problems.bad_request"
handler403 = "api.problems.permission_denied"
handler404 = "api.problems.not_found"
handler500 = "api.problems.server_error"
