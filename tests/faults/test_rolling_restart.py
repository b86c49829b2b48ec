"""A new version is rolled out: each process is asked to end and started again, under load."""

from devstack.programs import PROCESSES
from tests.faults.load import Load
from tests.plugins.product import Product

CLIENTS = 6


def test_restarting_everything_under_load_loses_nothing_and_does_nothing_twice(product: Product) -> None:
    names = [product.deployment(replicas=0) for _ in range(CLIENTS)]
    with Load(product, names) as load:
        for process in PROCESSES:
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
