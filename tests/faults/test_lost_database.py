"""PostgreSQL is killed under load: clients are told to come back, and nothing is left half done."""

import httpx

from tests.faults.load import Load
from tests.plugins.product import Product, eventually

CLIENTS = 6
LATE_SECONDS = 2.0
"""So long executions are between their write and its record when the database goes."""


def test_a_killed_database_costs_time_and_nothing_else(product: Product) -> None:
    names = [product.deployment(replicas=0) for _ in range(CLIENTS)]
    with Load(product, names) as load:
        load.until_more_is_accepted()
        product.cluster.fault(method="PATCH", delay_after_apply=LATE_SECONDS, times=CLIENTS)
        written = len(product.cluster.writes())
        eventually(lambda: len(product.cluster.writes()) > written, "no execution is under way")
        product.crash("postgres")
        eventually(lambda: len(load.unavailable) > 3 * CLIENTS, "clients are not told")
        ready = httpx.get(f"{product.stack.url}/readyz")
        page = httpx.get(f"{product.stack.url}/admin/requests/", cookies={"sessionid": "x" * 32})
        product.start("postgres")
        product.let_leases_run_out()
        load.until_more_is_accepted()

    assert load.unexpected == []
    for answer in [*load.unavailable, ready, page]:
        assert answer.status_code == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "Traceback" not in answer.text
    product.let_leases_run_out()
    product.until_all_is_heard()
    assert sorted(load.recorded()) == sorted(load.accepted)
    assert product.counted(load.accepted, "request.succeeded") == [1] * len(load.accepted)
    assert max(product.counted(load.accepted, "request.started")) == 2, "an execution was cut off, and finished later"
    product.verify_ledger()
