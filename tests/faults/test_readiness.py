"""/readyz beside real workers: the web process still serves, and says which queues nobody takes from."""

import httpx

from tests.plugins.product import Product, eventually


def workers(product: Product) -> dict[str, str]:
    answer = httpx.get(f"{product.stack.url}/readyz")
    assert answer.status_code == 200
    part: dict[str, str] = answer.json()["parts"]["workers"]
    return part


MISSED = {"status": "degraded", "detail": "no worker takes from actions, changes"}


def test_a_killed_worker_is_missed_although_another_still_listens(product: Product) -> None:
    eventually(lambda: workers(product)["status"] == "ok", "the workers are not seen")

    product.crash("worker")
    eventually(lambda: workers(product) == MISSED, "the killed worker is not missed")

    product.start("worker")
    eventually(lambda: workers(product)["status"] == "ok", "the new worker is not seen")


def test_a_frozen_worker_is_missed_although_nothing_waits_for_it(product: Product) -> None:
    product.until_all_is_heard()
    eventually(lambda: workers(product)["status"] == "ok", "the workers are not seen")

    with product.frozen("worker"):
        eventually(lambda: workers(product) == MISSED, "the frozen worker is not missed")

    eventually(lambda: workers(product)["status"] == "ok", "the worker is not seen again")
