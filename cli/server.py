"""A running product, asked by REST."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any

from cli.errors import ServerError
from guidance.documents.jsontype import JsonValue

TOKEN = "AUTONOMY_TOKEN"  # noqa: S105 the name of the variable
TIMEOUT = 60
"""Seconds."""
LARGEST = 50_000_000
"""Bytes of an answer."""
Object = dict[str, JsonValue]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """The token goes to the server that was named, and nowhere else."""

    def http_error_302(self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage) -> None:  # noqa: ARG002
        where = headers.get("Location")
        raise ServerError(f"{req.full_url} leads elsewhere, to {where}: name that server if you trust it with your token")

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


@dataclass(frozen=True)
class Server:
    """`url` is where the product is, such as `https://autonomy.example`."""

    url: str
    token: str = field(repr=False)

    @classmethod
    def at(cls, url: str) -> "Server":
        """With the token of the environment. Raises ServerError."""
        token = os.environ.get(TOKEN, "").strip()
        if not token:
            raise ServerError(f"{TOKEN} is not set: it holds the token to ask {url} with")
        if not (token.isascii() and token.isprintable()):
            raise ServerError(f"{TOKEN} holds characters that no token has: copy it again")
        if not url.startswith(("https://", "http://")):
            raise ServerError(f"{url!r} is no address: it begins with https://")
        return cls(url.rstrip("/"), token)

    def evaluate(self, manifests: Sequence[Object], *, namespace: str, cluster: str) -> Object:
        """What submission would say of these manifests. Raises ServerError."""
        body: Object = {"manifests": list(manifests)}
        body |= {name: value for name, value in (("namespace", namespace), ("cluster", cluster)) if value}
        return self._answer("/api/v1/policies/evaluate/", body)

    def review(self, request: Object, *, cluster: str) -> Object:
        """The same of the request of an AdmissionReview. Raises ServerError."""
        body: Object = {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
        return self._answer("/api/v1/policies/evaluate/", body | ({"cluster": cluster} if cluster else {}))

    def policies(self) -> Iterator[Object]:
        """The policies in force. Raises ServerError."""
        where: JsonValue = "/api/v1/policies/"
        while isinstance(where, str):
            page = self._answer(where.removeprefix(self.url), None)
            yield from (row for row in _list(page.get("results")) if isinstance(row, dict))
            where = page.get("next")

    def _answer(self, path: str, body: Object | None) -> Object:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Accept": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers)  # noqa: S310 http or https only
        try:
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT) as answer:
                content: Any = json.loads(answer.read(LARGEST))
        except urllib.error.HTTPError as error:
            raise ServerError(f"{self.url}{path} answered {error.code}: {_problem(error)}") from error
        except (OSError, HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise ServerError(f"{self.url} cannot be asked: {reason}") from error
        except (ValueError, RecursionError) as error:
            raise ServerError(f"{self.url}{path} gave no JSON: is this the product's address?") from error
        if not isinstance(content, dict):
            raise ServerError(f"{self.url}{path} gave no object: is this the product's address?")
        return content


def _problem(error: urllib.error.HTTPError) -> str:
    """The words of a problem (RFC 9457), else those of HTTP."""
    try:
        problem: Mapping[str, JsonValue] = json.loads(error.read(LARGEST))
        told = dict.fromkeys(str(problem[name]) for name in ("title", "detail") if problem.get(name))
        return ": ".join(told) or error.reason
    except (ValueError, AttributeError, OSError, RecursionError):
        return str(error.reason)


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
