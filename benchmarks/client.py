"""HTTP as cheap as a client can be, so that what is measured is the server: kept connections, requests as ready bytes."""

import asyncio
import json
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

READ = 65536


class UnexpectedAnswer(Exception):
    """The server did not do what the measurement needs."""


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    body: object = None
    headers: tuple[tuple[str, str], ...] = ()

    def to(self, port: int) -> bytes:
        """The bytes to send to 127.0.0.1 at this port."""
        body = b"" if self.body is None else json.dumps(self.body).encode()
        lines = [f"{self.method} {self.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        if body:
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + body


class Connection:
    """One kept connection; each call waits for its answer."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, call: Call) -> Any:
        """The JSON of the answer. Raises UnexpectedAnswer when it is no success."""
        self._socket.sendall(call.to(self._port))
        received = b""
        while not _is_whole(received):
            piece = self._socket.recv(READ)
            if not piece:
                raise UnexpectedAnswer(f"the connection was closed after {received!r}")
            received += piece
        return _json(received)


async def send_all(port: int, calls: Sequence[Call], *, clients: int) -> None:
    """Send all calls over so many connections, on each the next one when the last was answered."""
    waiting = [call.to(port) for call in reversed(calls)]

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while waiting:
            writer.write(waiting.pop())
            received = b""
            while not _is_whole(received):
                received += await reader.read(READ)
                if reader.at_eof():
                    raise UnexpectedAnswer(f"the connection was closed after {received!r}")
            _json(received)
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))


def _is_whole(received: bytes) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    _, told, after = head.lower().partition(b"content-length:")
    if not told:
        raise UnexpectedAnswer(f"an answer without Content-Length: {received!r}")
    return len(body) >= int(after.split(b"\r\n")[0])


def _json(received: bytes) -> Any:
    head, _, body = received.partition(b"\r\n\r\n")
    status = int(head.split(b" ", 2)[1])
    if status >= 300:
        raise UnexpectedAnswer(f"HTTP {status}: {body.decode(errors='replace')[:600]}")
    return json.loads(body)
