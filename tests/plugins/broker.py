"""A real Redis-compatible broker: one server for each process that runs tests, empty at the start of each test that asks for it."""

import pytest
import redis
from django.conf import settings


@pytest.fixture
def redis_url() -> str:
    """URL of an empty broker; `settings.REDIS_URL` is the same."""
    url: str = settings.REDIS_URL
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return url
