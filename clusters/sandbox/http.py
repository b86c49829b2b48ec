"""HTTP/1.1 with connections that stay open, as little of it as a client of Kubernetes needs; one send for each answer."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

MAX_BODY = 3 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True)
class Response:
    """`stream` in place of a body: chunks, each sent as it comes. `cut`: the connection ends without an answer."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    stream: AsyncGenerator[bytes, None] | None = None
    cut: bool = False


Handler = Callable[[Request], Awaitable[Response]]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, handle: Handler) -> None:
    """Answer the requests of one connection, in order, until it ends."""
    try:
        while (request := await _read(reader)) is not None:
            response = await handle(request)
            if response.cut:
                break
            await _answer(writer, response)
            if request.headers.get("connection", "").lower() == "close":
                break
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
        pass  # the other side left, or does not speak HTTP
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head[:-4].decode("latin-1").split("\r\n")
    method, url, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await _read_body(reader, headers)
    parts = urlsplit(url)
    return Request(method, url, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers, body)


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" not in headers.get("transfer-encoding", ""):
        length = int(headers.get("content-length", "0"))
        if length > MAX_BODY:
            raise ValueError(f"a body of {length} bytes is too large")
        return await reader.readexactly(length) if length else b""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
        if len(body) > MAX_BODY:
            raise ValueError("the body is too large")
    await reader.readline()
    return body


async def _answer(writer: asyncio.StreamWriter, response: Response) -> None:
    length = {"Content-Length": str(len(response.body))} if response.stream is None else {"Transfer-Encoding": "chunked"}
    headers = {"Content-Type": response.content_type, **length, **response.headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    status = f"HTTP/1.1 {response.status} {HTTPStatus(response.status).phrase}\r\n"
    writer.write(f"{status}{head}\r\n".encode("latin-1") + response.body)
    await writer.drain()
    if response.stream is not None:
        async with aclosing(response.stream) as chunks:  # a watch stops listening when its reader has left
            async for chunk in chunks:
                writer.write(b"%x\r\n%b\r\n" % (len(chunk), chunk))
                await writer.drain()
        writer.write(b"0\r\n\r\n")
        await writer.drain()
