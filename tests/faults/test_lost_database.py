"""PostgreSQL is killed under load: clients are told to come back, and nothing is left half done."""

import httpx

from tests.faults.load import Load
from tests.plugins.product import Json, Product, eventually, scale

CLIENTS = 6
LATE_SECONDS = 2.0
"""So long executions of the load are between their write and its record when the database goes."""
FOREVER = 600.0


def test_a_killed_database_costs_time_and_nothing_else(product: Product) -> None:
    names = [product.deployment(replicas=0) for _ in range(CLIENTS)]
    with Load(product, names) as load:
        load.until_more_is_accepted()
        cut_off = written_and_not_answered(product)
        product.cluster.fault(method="PATCH", delay_after_apply=LATE_SECONDS, times=CLIENTS)
        product.crash("postgres")
        eventually(lambda: len(load.unavailable) > 3 * CLIENTS, "clients are not told")
        ready = httpx.get(f"{product.stack.url}/readyz")
        page = httpx.get(f"{product.stack.url}/admin/requests/", cookies={"sessionid": "x" * 32})
        product.start("postgres")
        product.let_leases_run_out()  # once: an execution under way by now loses its lease too, and is started once more at most
        load.until_more_is_accepted()

    assert load.unexpected == []
    for answer in [*load.unavailable, ready, page]:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "Traceback" not in answer.text
    product.let_hints_grow_old()
    product.until_all_is_heard()
    assert sorted(load.recorded()) == sorted(load.accepted)
    assert product.counted(load.accepted, "request.succeeded") == [1] * len(load.accepted)
    assert set(product.counted(load.accepted, "request.started")) <= {1, 2}
    assert product.events(cut_off) == ["request.queued", "request.started", "request.started", "request.succeeded"]
    assert [write["changed"] for write in product.writes(cut_off["target"]["name"])] == [True, False]
    product.verify_ledger()


def written_and_not_answered(product: Product) -> Json:
    """A request that has had its effect, while its worker waits in vain for the cluster to say so: it cannot be recorded."""
    name = product.deployment(replicas=0)
    product.cluster.fault(method="PATCH", path=f"/{name}/", delay_after_apply=FOREVER)
    request = product.submit("alice", scale(name, 1))
    eventually(lambda: len(product.writes(name)) == 1, "nothing was written")
    return request
