from django.urls import path

from notifications import linking
from notifications.interactions import interactions

urlpatterns = [
    path("api/v1/slack/interactions", interactions),
    path("api/v1/slack/interactions/", interactions, name="slack-interactions"),
    path("slack/link/", linking.page, name="slack-link"),
]
