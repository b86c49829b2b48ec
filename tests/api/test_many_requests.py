"""Lists stay fast: with 25,000 requests no list reads or sorts them all."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from approvals.queries import waiting_for
from autonomy.models import ActionRequest
from autonomy.queries import visible
from tests.plugins.world import World

ROWS = 25_000
FILL = """
WITH numbered AS (
  SELECT gen_random_uuid() AS id, now() - n * interval '1 minute' AS at, CASE WHEN n %% 10 = 0 THEN 'alice' ELSE 'bob' END AS who
  FROM generate_series(1, %s) AS n),
told AS (
  INSERT INTO audit_event (id, stream, seq, type, status, actor_name, door, at, body, hash)
  SELECT gen_random_uuid(), id, 1, 'request.queued', 'queued', who, 'rest', at, '', sha256(id::text::bytea) FROM numbered)
INSERT INTO autonomy_actionrequest (
  id, seq, head, action, cluster, namespace, kind, name, environment, team_id, parameters, reason, dry_run, requester_id, requester_name,
  requester_people, door, created_at, level, level_because, findings, fixed, status)
SELECT numbered.id, 1, '', 'deployment.restart', 'sandbox', 'x', 'Deployment', 'api', 'dev', membership.group_id, '{}', '', false,
  account.id, who, ARRAY[account.id], 'rest', at, 1, '[]', '[]', '{}', 'queued'
FROM numbered
JOIN accounts_account account ON account.username = who
JOIN accounts_membership membership ON membership.account_id = account.id
"""


@pytest.fixture
def full(committed_world: World) -> World:
    with connection.cursor() as cursor:
        cursor.execute(FILL, [ROWS])
        cursor.execute("ANALYZE")
    return committed_world


def rows_read(query: QuerySet[ActionRequest]) -> int:
    """The most rows of the table of requests that one step of the plan really read."""
    (plan,) = json.loads(query.explain(format="json", analyze=True))
    return max(_steps(plan["Plan"]), default=0)


def _steps(step: dict[str, Any]) -> Iterator[int]:
    if step.get("Relation Name") == "autonomy_actionrequest":
        yield (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
    for inner in step.get("Plans", []):
        yield from _steps(inner)


def test_the_first_page_reads_little_whoever_asks(full: World) -> None:
    for person in full.people.values():
        page = visible(person.actor()).order_by("-created_at", "-id")[:51]
        assert rows_read(page) < ROWS / 20, person.name


def test_a_page_in_the_middle_reads_little(full: World) -> None:
    rows = visible(full["carol"].actor()).order_by("-created_at", "-id")
    middle = rows[ROWS // 2]
    assert rows_read(rows.filter(created_at__lt=middle.created_at)[:51]) < ROWS / 20


def test_what_waits_is_found_without_reading_what_does_not(full: World) -> None:
    full.waiting(full["alice"])
    carol = full["carol"].actor()
    assert [request.action for request in waiting_for(carol)] == ["boundary.set"]
    assert rows_read(waiting_for(carol)[:51]) < ROWS / 20


def test_the_list_answers_with_one_page(full: World) -> None:
    answer = full["carol"].client.get("/api/v1/requests/").json()
    assert (len(answer["results"]), answer["previous"]) == (50, None)
    assert len(full["carol"].client.get(answer["next"]).json()["results"]) == 50
