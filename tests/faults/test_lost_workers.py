"""Workers that are killed: whatever they had begun is finished once, by somebody else."""

from tests.plugins.product import Json, Product, eventually, restart

FOREVER = 600.0


def test_killed_between_the_write_and_its_record_the_effect_is_there_once(product: Product) -> None:
    name = product.deployment()
    before = product.live(name)
    product.cluster.fault(method="PATCH", path=f"/{name}", delay_after_apply=FOREVER)
    request = product.submit("alice", restart(name))
    eventually(lambda: len(product.writes(name)) == 1, "nothing was written")
    written = product.live(name)

    product.crash("worker")
    assert product.read(request)["status"] == "running"
    product.let_leases_run_out()
    product.start("worker")

    product.until(request, "succeeded")
    after = product.live(name)
    assert after["metadata"]["generation"] == before["metadata"]["generation"] + 1
    assert after["spec"]["template"] == written["spec"]["template"] != before["spec"]["template"]
    assert [write["changed"] for write in product.writes(name)] == [True, False]
    assert product.events(request) == ["request.queued", "request.started", "request.started", "request.applied", "request.succeeded"]
    product.until_all_is_heard()
    product.verify_ledger()


def test_killed_right_after_the_claim_another_worker_finishes(product: Product) -> None:
    name = product.deployment()
    product.cluster.fault(method="GET", path=f"/{name}", delay=FOREVER)
    request = product.submit("alice", restart(name))
    product.until(request, "running")

    product.crash("worker")
    product.clear_faults()  # it may have been killed before it came so far
    assert product.writes(name) == []
    product.let_leases_run_out()
    product.start("worker")

    product.until(request, "succeeded")
    assert len(product.writes(name)) == 1
    assert product.events(request) == ["request.queued", "request.started", "request.started", "request.applied", "request.succeeded"]
    product.until_all_is_heard()
    product.verify_ledger()


def test_what_kills_its_worker_each_time_fails_visibly_and_others_go_on(product: Product) -> None:
    poisoned, healthy = product.deployment(), product.deployment()
    product.cluster.fault(method="GET", path=f"/{poisoned}", delay=FOREVER, times=5)
    poison = product.submit("alice", restart(poisoned))
    behind = product.submit("alice", restart(poisoned))

    for attempt in range(1, 6):
        until_attempt(product, poison, attempt)
        product.crash("worker")
        product.start("worker")
        product.until(product.submit("alice", restart(healthy)), "succeeded")
        product.let_leases_run_out()  # only now: a worker would not wait for the cluster's answer as long as the one before may take

    ended = product.until(poison, "failed")
    assert ended["result"]["error"]["reason"] == "AttemptsExhausted"
    assert "5 attempts" in ended["result"]["error"]["message"]
    assert product.events(poison) == ["request.queued", *["request.started"] * 5, "request.failed"]
    product.until(behind, "succeeded")
    assert len(product.writes(poisoned)) == 1
    product.until_all_is_heard()
    product.verify_ledger()


def until_attempt(product: Product, request: Json, number: int) -> None:
    eventually(lambda: product.events(request).count("request.started") == number, f"there is no attempt {number}")
