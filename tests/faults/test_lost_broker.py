"""A broker that loses everything, is away, or hangs: it only carries hints."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from clusters.objects import Ref
from tests.faults.load import submit_all
from tests.plugins.product import Product, eventually, scale

DEPLOYMENTS = 50
EACH = 20
AT_MOST_SECONDS = 5.0
"""No client waits longer than this for an answer because of the broker."""


@pytest.fixture
def many_deployments(product: Product) -> Iterator[list[str]]:
    names = [product.deployment(replicas=0) for _ in range(DEPLOYMENTS)]
    yield names
    admin = product.cluster.gateway("admin")
    for name in names:
        admin.delete(Ref.to("Deployment", name, "payments-dev"), uid=product.live(name)["metadata"]["uid"])


def test_a_thousand_queued_requests_survive_that_the_broker_forgets_them(product: Product, many_deployments: list[str]) -> None:
    with product.without("worker"):
        requests = submit_all(product, [[*[scale(name, 0)] * (EACH - 1), scale(name, 1)] for name in many_deployments])
        assert len(set(requests)) == DEPLOYMENTS * EACH
        product.redis.flushall()
        product.let_hints_grow_old()

    product.until_all_is_heard()
    assert product.counted(requests, "request.started") == [1] * len(requests)
    assert product.counted(requests, "request.succeeded") == [1] * len(requests)
    assert [len(product.writes(name)) for name in many_deployments] == [EACH] * DEPLOYMENTS
    assert {product.live(name)["spec"]["replicas"] for name in many_deployments} == {1}, "they ran in order: the last one counts"
    product.verify_ledger()


@pytest.mark.parametrize("away", ["killed", "hanging"])
def test_requests_are_accepted_while_the_broker_is_away_and_run_when_it_is_back(product: Product, away: str) -> None:
    name = product.deployment(replicas=0)
    with product.client("alice", timeout=AT_MOST_SECONDS) as client:
        if away == "killed":
            product.crash("redis")
        else:
            product.stack.kill("redis", signal.SIGSTOP)
        answers = [client.post("/requests/", json=scale(name, 0)) for _ in range(20)]
        assert [answer.status_code for answer in answers] == [202] * 20
        if away == "killed":
            product.start("redis")
        else:
            product.stack.kill("redis", signal.SIGCONT)

    requests = [answer.json()["id"] for answer in answers]
    product.let_hints_grow_old()
    product.until_all_is_heard()
    assert product.counted(requests, "request.started") == [1] * 20
    assert product.counted(requests, "request.succeeded") == [1] * 20
    assert len(product.writes(name)) == 20
    product.verify_ledger()


def test_the_sweeper_publishes_what_a_killed_web_process_could_not(product: Product) -> None:
    name = product.deployment(replicas=0)
    with product.without("worker"):
        with product.without("web"):
            pass  # its connection to the broker is yet to be made, so that nothing can have been sent before it is killed
        with ThreadPoolExecutor(1) as pool, product.frozen("redis"), product.client("alice") as client:
            pool.submit(client.post, "/requests/", json=scale(name, 0, reason="cut off"))
            eventually(lambda: len(_cut_off(product)) == 1, "it was not recorded")
            product.crash("web")
        product.start("web")
        (request,) = _cut_off(product)
        assert product.hints("actions", {"id": request}) == []
        assert product.counted([request], "request.queued") == [1]
        product.let_hints_grow_old()

    product.until({"id": request}, "succeeded")
    assert product.events({"id": request}) == ["request.queued", "request.started", "request.succeeded"]
    assert len(product.writes(name)) == 1
    product.until_all_is_heard()
    product.verify_ledger()


def _cut_off(product: Product) -> list[str]:
    return [row[0] for row in product.sql("SELECT id::text FROM autonomy_actionrequest WHERE reason = 'cut off'")]


def test_of_two_workers_and_many_copies_of_one_message_one_runs(product: Product) -> None:
    name = product.deployment(replicas=0)
    product.stack.stop("worker")
    request = product.submit("alice", scale(name, 0))
    eventually(lambda: len(product.hints("actions", request)) == 1, "it was not published")
    product.redis.rpush("actions", *product.hints("actions", request) * 30)
    with product.second_worker():
        product.start("worker")
        product.until(request, "succeeded")
        eventually(lambda: product.hints("actions", request) == [], "copies are left")

    assert product.events(request) == ["request.queued", "request.started", "request.succeeded"]
    assert len(product.writes(name)) == 1
    product.until_all_is_heard()
    product.verify_ledger()
