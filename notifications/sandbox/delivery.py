"""Bringing a signed payload to the app, as often as asked."""

import http.client
import json
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, JsonValue

from notifications.sandbox import signing
from notifications.sandbox.errors import ControlError
from notifications.sandbox.sandbox import Sandbox

TIMEOUT_SECONDS = 3.0


class Delivery(BaseModel):
    """What the app answered; status is None when it did not answer within TIMEOUT_SECONDS, then `error` says why."""

    status: int | None
    seconds: float
    body: str = ""
    error: str | None = None

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class Repetition(BaseModel):
    """At-least-once: the same payload `times` times, one after the other or all at once; signed `age` seconds ago."""

    times: int = 1
    concurrent: bool = False
    age: int = 0


def deliver(sandbox: Sandbox, payload: Mapping[str, JsonValue], repetition: Repetition) -> list[Delivery]:
    """Raises ControlError when nobody said where to."""
    if not sandbox.interactions_url:
        raise ControlError("there is no interactions URL yet: POST /sandbox/configure")
    body = urlencode({"payload": json.dumps(payload)}).encode()

    def once(_: int) -> Delivery:
        return post(sandbox.interactions_url, body, signing.headers(sandbox.signing_secret, body, age=repetition.age))

    with ThreadPoolExecutor(repetition.times if repetition.concurrent else 1) as pool:
        return list(pool.map(once, range(repetition.times)))


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Delivery:
    """Redirects and proxies are not followed."""
    place = urlsplit(url)
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(place.netloc, timeout=TIMEOUT_SECONDS)
    started = time.monotonic()
    try:
        content = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Slackbot 1.0 (sandbox)", "Accept": "*/*"}
        connection.request("POST", f"{place.path or '/'}?{place.query}".rstrip("?"), body, {**content, **headers})
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        return Delivery(status=answer.status, seconds=_since(started), body=text)
    except TimeoutError:
        return Delivery(status=None, seconds=_since(started), error=f"no answer within {TIMEOUT_SECONDS:g} seconds")
    except (OSError, http.client.HTTPException) as error:
        return Delivery(status=None, seconds=_since(started), error=str(error) or type(error).__name__)
    finally:
        connection.close()


def _since(started: float) -> float:
    return round(time.monotonic() - started, 4)
