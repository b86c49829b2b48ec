"""Clients that keep submitting while things break: each repeats a submission under its key until it is accepted."""

import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self
from uuid import uuid4

import httpx

from tests.plugins.product import Json, Product, eventually, scale

PAUSE_SECONDS = 0.25


class Load:
    """A client for each of these Deployments, until the block is left. What they were answered lies here then, and while it runs."""

    def __init__(self, product: Product, deployments: Sequence[str]) -> None:
        self.reason = f"load {uuid4().hex[:8]}"
        self.accepted: list[str] = []
        self.unavailable: list[httpx.Response] = []
        self.unexpected: list[str] = []
        self._product, self._deployments = product, deployments
        self._over, self._given_up = threading.Event(), threading.Event()
        self._pool = ThreadPoolExecutor(len(deployments))

    def __enter__(self) -> Self:
        self._clients = [self._pool.submit(self._keep_submitting, name) for name in self._deployments]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is not None:
            self._given_up.set()  # what they wait for may never come
        self._over.set()
        for client in self._clients:
            client.result()
        self._pool.shutdown()

    def until_more_is_accepted(self) -> None:
        """A few requests of each client from now on."""
        enough = len(self.accepted) + 5 * len(self._deployments)
        eventually(lambda: len(self.accepted) >= enough, "no more is accepted")

    def recorded(self) -> list[str]:
        """The requests that the product knows of, accepted or not."""
        return [row[0] for row in self._product.sql("SELECT id::text FROM autonomy_actionrequest WHERE reason = %s", self.reason)]

    def _keep_submitting(self, name: str) -> None:
        with self._product.client("alice") as client:
            while not self._over.is_set():
                self._submit(client, scale(name, 0, reason=self.reason))
                self._over.wait(PAUSE_SECONDS)

    def _submit(self, client: httpx.Client, body: Json) -> None:
        key = {"Idempotency-Key": uuid4().hex}
        while not self._is_accepted(client, body, key) and not self._given_up.is_set():
            time.sleep(PAUSE_SECONDS)

    def _is_accepted(self, client: httpx.Client, body: Json, key: dict[str, str]) -> bool:
        try:
            answer = client.post("/requests/", json=body, headers=key)
        except httpx.TransportError:
            return False  # the web process was away
        if answer.status_code == 202:
            self.accepted.append(answer.json()["id"])
        elif answer.status_code == 503:
            self.unavailable.append(answer)
        else:
            self.unexpected.append(f"{answer.status_code} {answer.text}")
        return answer.status_code != 503


def submit_all(product: Product, bodies: Iterable[Sequence[Json]]) -> list[str]:
    """Submit each of the sequences in its order, all of them at once; the ids of the requests."""

    def one_after_the_other(sequence: Sequence[Json]) -> list[str]:
        with product.client("alice") as client:
            answers = [client.post("/requests/", json=body) for body in sequence]
        assert {answer.status_code for answer in answers} == {202}
        return [answer.json()["id"] for answer in answers]

    with ThreadPoolExecutor(8) as pool:
        return [request for ids in pool.map(one_after_the_other, bodies) for request in ids]
