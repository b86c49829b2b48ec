"""People who decide at the same moment, through running processes: one outcome, a clear answer for each."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import httpx
import pytest

from tests.plugins.product import Json, Product, network_policy, read_json
from tests.plugins.sandbox_slack import APPROVALS

ROUNDS = range(5)
OPENED = ["request.submitted", "request.review_opened"]
RUN = ["request.started", "request.succeeded"]


@pytest.fixture
def two_of_security(product: Product) -> str:
    """A namespace where two people of the security team have to approve."""
    needs = {"actions": ["networkpolicy.*"], "namespaces": ["payments-prod"], "needs": {"security": 2}}
    body = {"action": "approval-rule.set", "target": {"name": "pairs"}, "parameters": needs, "reason": "Four more eyes"}
    rule = product.until(product.submit("carol", body), "awaiting_approval")
    assert product.vote("frank", "approve", rule).status_code == 200
    product.until(rule, "succeeded")
    return "payments-prod"


def waiting(product: Product, namespace: str = "payments-dev") -> Json:
    return product.until(product.submit("alice", network_policy(f"policy-{uuid4().hex[:8]}", namespace)), "awaiting_approval")


def at_once(product: Product, request: Json, **verdicts: str) -> list[httpx.Response]:
    """What each of these people is answered to the vote that all cast at the same moment."""
    together = Barrier(len(verdicts))

    def vote(person: str) -> httpx.Response:
        product.rest(person).get("/boundaries/")  # the connection is there
        together.wait()
        return product.vote(person, verdicts[person], request)

    with ThreadPoolExecutor(len(verdicts)) as pool:
        return list(pool.map(vote, verdicts))


def codes(answers: list[httpx.Response]) -> list[int]:
    return sorted(answer.status_code for answer in answers)


def test_of_two_approvals_one_counts_where_one_is_needed(product: Product) -> None:
    for _ in ROUNDS:
        request = waiting(product)
        answers = at_once(product, request, dave="approve", erin="approve")

        assert codes(answers) == [200, 409]
        (refused,) = (read_json(answer) for answer in answers if answer.status_code == 409)
        assert refused["type"] == "/problems/not-open"
        ended = product.until(request, "succeeded")
        assert len(ended["review"]["decisions"]) == 1
        assert product.events(request) == [*OPENED, "request.approved", *RUN]
    product.until_all_is_heard()
    product.verify_ledger()


def test_both_approvals_count_where_two_are_needed(product: Product, two_of_security: str) -> None:
    for _ in ROUNDS:
        request = waiting(product, two_of_security)
        answers = at_once(product, request, dave="approve", erin="approve")

        assert codes(answers) == [200, 200]
        ended = product.until(request, "succeeded")
        assert {decision["by"] for decision in ended["review"]["decisions"]} == {"dave", "erin"}
        assert product.events(request) == [*OPENED, "request.vote_recorded", "request.approved", *RUN]
    product.until_all_is_heard()
    product.verify_ledger()


def test_approved_and_denied_at_once_it_is_one_of_both(product: Product) -> None:
    for _ in ROUNDS:
        request = waiting(product)
        approved, denied = at_once(product, request, dave="approve", erin="deny")

        assert codes([approved, denied]) == [200, 409]
        assert read_json(denied if approved.is_success else approved)["type"] == "/problems/not-open"
        outcome = ["request.approved", *RUN] if approved.is_success else ["request.denied"]
        product.until(request, "succeeded" if approved.is_success else "denied")
        assert product.events(request) == [*OPENED, *outcome]
    product.until_all_is_heard()
    product.verify_ledger()


def test_one_denial_ends_it_whatever_else_is_said_at_once(product: Product, two_of_security: str) -> None:
    for _ in ROUNDS:
        request = waiting(product, two_of_security)
        approved, denied = at_once(product, request, dave="approve", erin="deny")

        assert denied.status_code == 200
        assert approved.status_code in (200, 409)
        before = ["request.vote_recorded"] if approved.is_success else []
        assert product.read(request)["status"] == "denied"
        assert product.events(request) == [*OPENED, *before, "request.denied"]
    product.until_all_is_heard()
    product.verify_ledger()


def test_a_click_that_slack_delivers_five_times_at_once_is_one_decision(product: Product) -> None:
    request = waiting(product)
    ts = product.slack_message(request, "approve")

    answer = product.slack.click("dave", "approve", channel=APPROVALS, ts=ts, times=5, concurrent=True)

    assert [delivery["status"] for delivery in answer["deliveries"]] == [200] * 5
    ended = product.until(request, "succeeded")
    assert [(decision["by"], decision["door"]) for decision in ended["review"]["decisions"]] == [("dave", "slack")]
    assert product.events(request) == [*OPENED, "request.approved", *RUN]
    product.until_all_is_heard()
    product.verify_ledger()
