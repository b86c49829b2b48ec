from django.contrib import admin
from django.urls import path

from accounts.admin.tokens import revoke_token, tokens

app_name = "tokens"
urlpatterns = [
    path("", admin.site.admin_view(tokens), name="list"),
    path("<uuid:pk>/revoke/", admin.site.admin_view(revoke_token), name="revoke"),
]
