"""What comes out of the broker need not be what was put in: a worker that takes it goes on."""

import json
from base64 import b64encode

import pytest

from devstack.programs import WORKER_THREADS
from tests.plugins.product import Product, eventually, restart, scale
from workers import tasks
from workers.envelope import Envelope

FOREVER = 600.0


def hint(*arguments: str | int, **other: str) -> str:
    """What lies in the queue, with `other` in place of what belongs there."""
    return json.dumps(json.loads(Envelope(tasks.deliver).seal(arguments, "actions")) | other)


def body(text: str) -> dict[str, str]:
    return {"body": b64encode(text.encode()).decode()}


BAD = {
    "too few arguments": hint("autonomy.execute"),
    "no id": hint("autonomy", "autonomy.execute", "payments", 1, "00"),
    "no list": hint(**body("5")),
    "nothing at all": hint(**body("[]")),
    "not JSON": hint(**body("{")),
    "a pickle": hint(**{"content-type": "application/x-python-serialize", **body("cos\nsystem\n(S'true'\ntR.")}),
}


@pytest.mark.parametrize("bad", BAD)
def test_a_worker_goes_on_after_more_bad_hints_than_it_has_threads(product: Product, bad: str) -> None:
    name = product.deployment(replicas=0)
    pid = product.stack.processes.pid("worker")
    product.redis.lpush("actions", *[BAD[bad]] * (WORKER_THREADS + 1))
    product.until(product.submit("alice", scale(name, 0)), "succeeded")
    assert product.redis.llen("actions") == 0
    assert product.stack.processes.pid("worker") == pid


def test_a_worker_holds_no_more_hints_than_it_has_threads(product: Product) -> None:
    busy = [product.deployment() for _ in range(WORKER_THREADS)]
    for name in busy:
        product.cluster.fault(method="GET", path=f"/{name}", delay=FOREVER, times=1)
    for request in [product.submit("alice", restart(name)) for name in busy]:
        product.until(request, "running")
    one_more = product.submit("alice", restart(product.deployment()))
    eventually(lambda: len(product.hints("actions", one_more)) == 1, "the worker took what it cannot do yet")

    product.crash("worker")
    product.clear_faults()
    product.let_leases_run_out()
    product.start("worker")
    product.until(one_more, "succeeded")
    assert product.hints("actions", one_more) == []
