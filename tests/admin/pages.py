"""Pages of the admin as a test reads them."""

import re

from django.test import Client

from approvals.links import admin_path
from autonomy.models import ActionRequest


def shown(browser: Client, request: ActionRequest) -> str:
    """The page of a request."""
    answer = browser.get(admin_path(request))
    assert answer.status_code == 200
    return answer.content.decode()


def text_of(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
