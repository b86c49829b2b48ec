"""/readyz beside real workers: the web process still serves, and says which queues nobody takes from."""

import httpx

from tests.plugins.product import Product, eventually


def workers(product: Product) -> dict[str, str]:
    answer = httpx.get(f"{product.stack.url}/readyz")
    assert answer.status_code == 200
    part: dict[str, str] = answer.json()["parts"]["workers"]
    return part


def test_a_killed_worker_is_missed_although_another_still_listens(product: Product) -> None:
    eventually(lambda: workers(product)["status"] == "ok", "the workers are not seen")

    product.crash("worker")
    missed = {"status": "degraded", "detail": "no worker takes from actions, changes"}
    eventually(lambda: workers(product) == missed, "the killed worker is not missed")

    product.start("worker")
    eventually(lambda: workers(product)["status"] == "ok", "the new worker is not seen")
