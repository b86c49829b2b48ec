"""Case 13, what signatures do not cover: whatever is signed, it is judged, answered, and does not make the product fail.

Signatures themselves are in tests/notifications/test_signatures.py, 'approved' only when it took effect in test_approving.py.
"""

from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from notifications.sandbox import signing
from tests.plugins.sandbox_slack import SIGNING_SECRET, SandboxSlack
from tests.plugins.slack_door import INTERACTIONS, SlackDoor, post_signed, value_of
from tests.plugins.world import Person, World
from tests.security.scenes import nothing_happens

Json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def near(*likely: object) -> st.SearchStrategy[object]:
    return st.sampled_from(likely) | Json


VALUE = f"{uuid4()}:{'a' * 32}"
USERS = st.fixed_dictionaries({"id": near("U0CAROL", "U0NOBODY")}, optional={"team_id": near("T0DEMO", "T0OTHER")})
ACTIONS = st.fixed_dictionaries(
    {"action_id": near("approve", "deny", "review", "open")}, optional={"value": near(VALUE), "action_ts": Json}
)
VIEWS = st.fixed_dictionaries(
    {"callback_id": near("approve", "deny")},
    optional={
        "private_metadata": near(VALUE),
        "state": near({"values": {"comment": {"comment": {"value": "no"}}}}, {"values": {"comment": None}}, {"values": []}),
    },
)
PAYLOADS = st.fixed_dictionaries(
    {"type": near("block_actions", "view_submission", "view_closed")},
    optional={
        "user": USERS | Json,
        "team": near({"id": "T0DEMO"}),
        "actions": st.lists(ACTIONS | Json, max_size=3) | Json,
        "view": VIEWS | Json,
        "channel": near({"id": "C0APPROVALS"}),
        "trigger_id": Json,
    },
)


@examples(max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(payload=PAYLOADS)
def test_whatever_is_signed_is_answered(db: None, slack_settings: SandboxSlack, payload: dict[str, object]) -> None:
    status, _ = post_signed(payload)

    assert status in {200, 400, 403}


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param("[" * 100_000, id="nested"),
        pytest.param('{"a":' * 50_000 + "1" + "}" * 50_000, id="nested objects"),
        pytest.param('{"type": "\\ud800"}', id="half a surrogate pair"),
        pytest.param('{"type": ' + "9" * 100_000 + "}", id="a long number"),
        pytest.param('{"type": "x", "type": "y"', id="cut off"),
        pytest.param("\ufeff{}", id="byte order mark"),
    ],
)
def test_bombs_are_a_400(db: None, slack_settings: SandboxSlack, payload: str) -> None:
    body = urlencode({"payload": payload}).encode()
    headers = signing.headers(SIGNING_SECRET, body)

    answer = Client(raise_request_exception=False).post(
        INTERACTIONS, body, content_type="application/x-www-form-urlencoded", headers=headers
    )

    assert answer.status_code == 400


def test_a_body_that_is_too_large_is_refused_unread(db: None, slack_settings: SandboxSlack) -> None:
    body = b"payload=" + b"x" * (1024 * 1024 + 1)

    answer = Client(raise_request_exception=False).post(
        INTERACTIONS, body, content_type="application/x-www-form-urlencoded", headers=signing.headers(SIGNING_SECRET, body)
    )

    assert answer.status_code in {400, 413}


def test_the_same_click_again_within_five_minutes_does_nothing(
    world: World, alice: Person, frank: Person, request: pytest.FixtureRequest
) -> None:
    """Somebody recorded a signed click: it is good once."""
    SlackDoor(frank, request)
    first = world.waiting(alice)
    click = {"action_id": "approve", "value": value_of(first), "action_ts": "17.5"}
    payload = {"type": "block_actions", "user": {"id": "U0FRANK"}, "team": {"id": "T0DEMO"}, "actions": [click]}
    assert post_signed(payload)[0] == 200
    world.work()

    with nothing_happens(world, first):
        assert [post_signed(payload)[0] for _ in range(3)] == [200, 200, 200]
    assert world.events(first).count("request.approved") == 1
