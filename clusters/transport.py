"""HTTP to one API server. The official client reads the kubeconfig and sets up TLS, proxies and credentials; the calls are urllib3's.

This is the only module that imports `kubernetes`. Its generated calls are left aside: they validate bodies against models that may be
older than the server, drop fields that they do not know, and repeat on their own terms.
"""

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import urllib3
from kubernetes.client.configuration import Configuration
from kubernetes.client.rest import RESTClientObject
from kubernetes.config.config_exception import ConfigException
from kubernetes.config.kube_config import load_kube_config
from urllib3.exceptions import ConnectTimeoutError, HTTPError, MaxRetryError, NewConnectionError, ReadTimeoutError, SSLError
from yaml import YAMLError

from clusters.errors import ConnectionBroken, NotConfigured, Temporary, TimedOut, Unavailable
from clusters.failures import Answer, failure_of
from clusters.patience import CONNECT_SECONDS, Patience

CONNECTIONS = 16
QUIET_SECONDS = 10


class Transport:
    """Sends requests to one API server with one credential."""

    def __init__(self, configuration: Configuration) -> None:
        configuration.connection_pool_maxsize = CONNECTIONS
        configuration.retries = False  # what may be repeated is decided in one place, the gateway
        configuration.proxy = configuration.proxy  # said once: else each look at the token reads the environment for it again (0.1 ms)
        self._configuration = configuration
        self._host = configuration.host.rstrip("/")
        self._pool = RESTClientObject(configuration).pool_manager

    @classmethod
    def from_kubeconfig(cls, path: Path) -> Self:
        """The current context of this file. Raises NotConfigured."""
        configuration = Configuration()
        try:
            load_kube_config(str(path), client_configuration=configuration, persist_config=False)  # type: ignore[no-untyped-call]
        except (ConfigException, OSError, YAMLError, AttributeError, TypeError) as error:
            raise NotConfigured(f"The kubeconfig {path} cannot be used: {error}") from error
        return cls(configuration)

    def send(
        self,
        method: str,
        path: str,
        *,
        patience: Patience,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = "",
    ) -> Answer:
        """One attempt; the answer is read to its end. Raises Unavailable (not sent), TimedOut and ConnectionBroken (perhaps done)."""
        connect, read = patience.timeouts()
        timeout = urllib3.Timeout(connect=connect, read=read)
        headers = self._headers(content_type if body is not None else "")
        try:
            response = self._pool.request(method, self._url(path, query), body=body, headers=headers, timeout=timeout, redirect=False)
        except HTTPError as error:
            raise self._trouble(error) from error
        return Answer(response.status, response.data, tuple(response.headers.getlist("Warning")), response.headers.get("Retry-After"))

    def lines(self, path: str, query: Mapping[str, str], *, seconds: float) -> Generator[bytes, None, None]:
        """The lines of an answer that the server keeps open for about `seconds`, as they come."""
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=seconds + QUIET_SECONDS)
        response = None
        try:
            response = self._pool.request(
                "GET", self._url(path, query), headers=self._headers(), timeout=timeout, redirect=False, preload_content=False
            )
            if response.status >= 300:
                raise failure_of(Answer(response.status, response.read(), retry_after=response.headers.get("Retry-After")))
            yield from _split(response)
        except HTTPError as error:
            raise self._trouble(error) from error
        finally:
            if response is not None:
                response.close()

    def _headers(self, content_type: str = "") -> dict[str, str]:
        headers = {"Accept": "application/json", "User-Agent": "developer-autonomy"}
        if token := self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization"):
            headers["Authorization"] = token
        if content_type:
            headers["Content-Type"] = content_type
        return headers

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        return f"{self._host}{path}?{urlencode(query)}" if query else f"{self._host}{path}"

    def _trouble(self, error: HTTPError) -> Temporary:
        cause = error.reason if isinstance(error, MaxRetryError) and error.reason else error
        if isinstance(cause, ConnectTimeoutError | NewConnectionError):
            return Unavailable(f"The API server {self._host} cannot be reached.", reason="Unreachable", status=0)
        if isinstance(cause, SSLError):
            return Unavailable(f"The API server {self._host} was refused by TLS: {cause}", reason="TLS", status=0)
        if isinstance(cause, ReadTimeoutError):
            return TimedOut(f"The API server {self._host} did not answer in time.", status=0)
        return ConnectionBroken(f"The connection to the API server {self._host} broke: {cause}")


def _split(response: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    rest = b""
    for chunk in response.stream(amt=None):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line for line in lines if line)
