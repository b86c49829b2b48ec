"""A new version is rolled out: each process is asked to end and started again, under load."""

from devstack.programs import PROCESSES
from tests.faults.load import Load
from tests.plugins.product import Product, eventually

CLIENTS = 6
RUNNING = "SELECT count(*) FROM autonomy_actionrequest WHERE reason = %s AND status = 'running'"


def test_restarting_everything_under_load_loses_nothing_and_does_nothing_twice(product: Product) -> None:
    names = [product.deployment(replicas=0) for _ in range(CLIENTS)]
    with Load(product, names) as load:
        for process in PROCESSES:
            product.cluster.fault(method="PATCH", delay=1.0, times=CLIENTS)
            eventually(lambda: product.sql(RUNNING, load.reason) > [(1,)], "no executions are under way")
            with product.without(process.name):
                pass
            load.until_more_is_accepted()

    product.until_all_is_heard()
    assert (load.unexpected, load.unavailable) == ([], [])
    assert sorted(load.recorded()) == sorted(load.accepted)
    assert product.counted(load.accepted, "request.started") == [1] * len(load.accepted)
    assert product.counted(load.accepted, "request.succeeded") == [1] * len(load.accepted)
    assert sum(len(product.writes(name)) for name in names) == len(load.accepted)
    product.verify_ledger()
