"""URLs as Go's `net/url` reads them: what Kubernetes' `url()` and `isURL()` take, and what they make of it."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv6Address
from typing import ClassVar
from urllib.parse import quote_from_bytes, unquote_to_bytes

from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import remembered
from guidance.expressions.values import Opaque

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2}).{0,2}", re.DOTALL)
PORT = re.compile(r"(?::[0-9]*)?")
USER = re.compile(r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*")
NOT_IN_A_HOST = re.compile(r"[\x00-\x20#/?@\\^`{|}\x7f]|%(?!25|[89A-Fa-f][0-9A-Fa-f])..")
"""ASCII that belongs elsewhere, and ASCII that is escaped."""
ZONE = "%25"
MOST_PARAMETERS = 10_000

# What stays as it is besides letters, digits and "-._~", in each part.
IN_PATH = "$&+,/:;=@"
IN_HOST = "!\"$&'()*+,:;<=>[]"
IN_USER = "$&+,;="
IN_FRAGMENT = "!$&()*+,/:;=?@"
WELL_ESCAPED = re.compile(r"[A-Za-z0-9._~!$&'()*+,/;=:@\[\]%-]*")


@dataclass(frozen=True, slots=True)
class URL(Opaque):
    """Two are equal when their texts are."""

    cel_type: ClassVar[str] = "kubernetes.URL"
    text: str
    scheme: str = field(compare=False)
    host: str = field(compare=False)
    path: str = field(compare=False)
    query: str = field(compare=False)

    def get_scheme(self) -> str:
        return self.scheme

    def get_host(self) -> str:
        """With the port."""
        return self.host

    def get_hostname(self) -> str:
        name = self._name_and_port()[0]
        return name[1:-1] if name.startswith("[") and name.endswith("]") else name

    def get_port(self) -> str:
        return self._name_and_port()[1]

    def get_escaped_path(self) -> str:
        return self.path

    def get_query(self) -> dict[str, list[str]]:
        """What cannot be read is left out."""
        found: dict[str, list[str]] = {}
        parts = self.query.split("&")
        for part in parts if len(parts) <= MOST_PARAMETERS else ():
            if part and ";" not in part and not BROKEN_ESCAPE.search(part):
                key, _, value = part.partition("=")
                found.setdefault(_decoded(key.replace("+", " ")), []).append(_decoded(value.replace("+", " ")))
        return found

    def _name_and_port(self) -> tuple[str, str]:
        name, colon, port = self.host.rpartition(":")
        return (name, port) if colon and PORT.fullmatch(f":{port}") else (self.host, "")


@remembered
def parse(text: str) -> URL:
    """As a request's (absolute, or a path from the root on), with a fragment. Raises EvaluationError."""
    try:
        _read(text, in_request=True)
        before, _, fragment = text.partition("#")
        return _read(before, in_request=False, fragment=fragment)
    except ValueError as error:
        raise EvaluationError(f"URL parse error during conversion from string: parse {json.dumps(text)}: {error}") from error


def is_url(text: str) -> bool:
    return problem(text) is None


def problem(text: str) -> str | None:
    """Why it is none, in Go's words."""
    try:
        _read(text, in_request=True)
    except ValueError as error:
        return f"parse {json.dumps(text, ensure_ascii=False)}: {error}"
    return None


def _read(text: str, *, in_request: bool, fragment: str = "") -> URL:
    """Raises ValueError."""
    if CONTROL.search(text):
        raise ValueError("net/url: invalid control character in URL")
    if not text:
        raise ValueError("empty url")
    if text.startswith(":"):
        raise ValueError("missing protocol scheme")
    found = SCHEME.match(text)
    scheme = found[1].lower() if found else ""
    rest, mark, query = text[found.end() if found else 0 :].partition("?")
    tail = f"{mark if query or mark else ''}{query}{_escaped_fragment(fragment)}"
    if text == "*" or (scheme and not rest.startswith("/")):
        return URL(f"{scheme}:{rest}{tail}" if scheme else f"*{tail}", scheme, "", "" if scheme else "*", query)
    if not rest.startswith("/"):
        raise ValueError("invalid URI for request")
    user, host = "", b""
    names_host = rest.startswith("//") and (scheme or not (in_request or rest.startswith("///")))
    if names_host:
        authority, slash, rest = rest[2:].partition("/")
        user, host = _authority(authority)
        rest = slash + rest
    path = _escaped_path(rest)
    slashes = "//" if names_host and (host or path or user) else ""
    start = f"{scheme}:" if scheme else ""
    return URL(f"{start}{slashes}{user}{quote_from_bytes(host, IN_HOST)}{path}{tail}", scheme, host.decode(errors="replace"), path, query)


def _authority(text: str) -> tuple[str, bytes]:
    """The user, escaped and with its sign, and the host. Raises ValueError."""
    user, at, host = text.rpartition("@")
    host_bytes = _host(host)
    if not at:
        return "", host_bytes
    if not USER.fullmatch(user):
        raise ValueError("net/url: invalid userinfo")
    parts = [quote_from_bytes(_unescaped(part), IN_USER) for part in user.split(":", 1)]
    return ":".join(parts) + "@", host_bytes


def _host(text: str) -> bytes:
    """Raises ValueError."""
    opening, closing = text.rfind("["), text.rfind("]")
    if opening > 0:
        raise ValueError("invalid IP-literal")
    if opening == 0 and closing < 0:
        raise ValueError("missing ']' in host")
    colon = text.rfind(":")
    port = text[closing + 1 :] if opening == 0 else text[colon:] if colon >= 0 else ""
    if not PORT.fullmatch(port):
        raise ValueError(f"invalid port {json.dumps(port)} after host")
    if opening == 0:
        return b"[" + _ipv6(text[1:closing]) + b"]" + port.encode()
    return _unescaped_host(text)


def _ipv6(text: str) -> bytes:
    """Raises ValueError."""
    name, percent, zone = text.partition(ZONE)
    host = _unescaped_host(name) + (_unescaped(percent + zone) if percent else b"")
    try:
        IPv6Address(host.decode(errors="replace"))
    except AddressValueError as error:
        raise ValueError(f"invalid host: {error}") from error
    return host


def _unescaped_host(text: str) -> bytes:
    if found := NOT_IN_A_HOST.search(BROKEN_ESCAPE.sub("", text)):
        what = "invalid URL escape" if found[0].startswith("%") else "invalid character"
        raise ValueError(f"{what} {json.dumps(found[0])} in host name")
    return _unescaped(text)


def _unescaped(text: str) -> bytes:
    """Raises ValueError."""
    if found := BROKEN_ESCAPE.search(text):
        raise ValueError(f"invalid URL escape {json.dumps(found[0])}")
    return unquote_to_bytes(text)


def _decoded(text: str) -> str:
    """CEL's texts are Unicode."""
    return unquote_to_bytes(text).decode(errors="replace")


def _escaped_path(text: str) -> str:
    """As written where that is well escaped. Raises ValueError."""
    path = _unescaped(text)
    return text if WELL_ESCAPED.fullmatch(text) else quote_from_bytes(path, IN_PATH)


def _escaped_fragment(text: str) -> str:
    """With its sign. Raises ValueError."""
    fragment = _unescaped(text)
    if not text:
        return ""
    return f"#{text if WELL_ESCAPED.fullmatch(text.replace('?', '')) else quote_from_bytes(fragment, IN_FRAGMENT)}"


FUNCTIONS: dict[str, Callable[..., object]] = {
    "url(string) -> URL": parse,
    "isURL(string) -> bool": is_url,
    "URL.getScheme() -> string": URL.get_scheme,
    "URL.getHost() -> string": URL.get_host,
    "URL.getHostname() -> string": URL.get_hostname,
    "URL.getPort() -> string": URL.get_port,
    "URL.getEscapedPath() -> string": URL.get_escaped_path,
    "URL.getQuery() -> map<string, list<string>>": URL.get_query,
}
