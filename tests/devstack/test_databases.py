"""The databases that tests get: rolled back, or their own."""

import os

import psycopg
import pytest
import redis
from django.contrib.contenttypes.models import ContentType


def kinds() -> int:
    return ContentType.objects.filter(app_label="made_by_a_test").count()


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_writes_is_rolled_back(db: None, time: str) -> None:
    assert kinds() == 0
    ContentType.objects.create(app_label="made_by_a_test", model="x")


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_is_committed_to_an_own_database_is_seen_by_others_and_gone_afterwards(own_database: str, time: str) -> None:
    assert kinds() == 0
    ContentType.objects.create(app_label="made_by_a_test", model="x")

    with psycopg.connect(own_database) as other:
        assert other.execute("SELECT count(*) FROM django_content_type WHERE app_label = 'made_by_a_test'").fetchone() == (1,)
    assert os.environ["DATABASE_URL"] == own_database


@pytest.mark.parametrize("time", ["first", "second"])
def test_the_broker_is_empty_at_the_start_of_a_test(redis_url: str, time: str) -> None:
    with redis.Redis.from_url(redis_url) as broker:
        assert broker.dbsize() == 0
        broker.set("key", "value")
