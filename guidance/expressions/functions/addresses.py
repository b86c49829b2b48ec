"""IP addresses and networks, as Go's `net/netip` reads them; IPv4 mapped into IPv6 and zones are refused, as in Kubernetes."""

import ipaddress
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from guidance.expressions.errors import EvaluationError
from guidance.expressions.limits import remembered
from guidance.expressions.values import Opaque

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
LINK_LOCAL: dict[int, Network] = {4: ipaddress.IPv4Network("169.254.0.0/16"), 6: ipaddress.IPv6Network("fe80::/10")}
LINK_LOCAL_MULTICAST = ipaddress.IPv4Network("224.0.0.0/24")
PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")
BROADCAST = ipaddress.IPv4Address("255.255.255.255")


@dataclass(frozen=True, slots=True)
class IP(Opaque):
    cel_type: ClassVar[str] = "net.IP"
    address: Address

    def text(self) -> str:
        return str(self.address)

    def family(self) -> int:
        return self.address.version

    def is_unspecified(self) -> bool:
        return self.address.is_unspecified

    def is_loopback(self) -> bool:
        return self.address.is_loopback

    def is_link_local_multicast(self) -> bool:
        """In IPv6 by its scope, whatever the flags."""
        if isinstance(self.address, ipaddress.IPv6Address):
            return int.from_bytes(self.address.packed[:2], "big") & 0xFF0F == 0xFF02
        return self.address in LINK_LOCAL_MULTICAST

    def is_link_local_unicast(self) -> bool:
        return self.address in LINK_LOCAL[self.address.version]

    def is_global_unicast(self) -> bool:
        """Everything that one host may have, private addresses too."""
        address = self.address
        return not (
            address == BROADCAST or address.is_unspecified or address.is_loopback or address.is_multicast or self.is_link_local_unicast()
        )


@dataclass(frozen=True, slots=True)
class CIDR(Opaque):
    """An address and the length of its network's prefix; the rest of the address is kept."""

    cel_type: ClassVar[str] = "net.CIDR"
    address: Address
    length: int

    def text(self) -> str:
        return f"{self.address}/{self.length}"

    def ip(self) -> IP:
        return IP(self.address)

    def masked(self) -> "CIDR":
        """The first address of the network."""
        return CIDR(type(self.address)(int(self.address) >> self._hosts << self._hosts), self.length)

    def prefix_length(self) -> int:
        return self.length

    def contains_ip(self, other: IP | str) -> bool:
        address = (parse_ip(other) if isinstance(other, str) else other).address
        return address.version == self.address.version and (int(address) ^ int(self.address)) >> self._hosts == 0

    def contains_cidr(self, other: "CIDR | str") -> bool:
        inner = parse_cidr(other) if isinstance(other, str) else other
        return self.length <= inner.length and self.contains_ip(inner.ip())

    @property
    def _hosts(self) -> int:
        """The bits behind the prefix."""
        return self.address.max_prefixlen - self.length


@remembered
def parse_ip(text: str) -> IP:
    """Raises EvaluationError."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError as error:
        raise EvaluationError(f"IP Address {json.dumps(text)} parse error during conversion from string: unable to parse IP") from error
    if "%" in text:
        raise EvaluationError(f"IP address {json.dumps(text)} with zone value is not allowed")
    return IP(_unmapped(address, text))


@remembered
def parse_cidr(text: str) -> CIDR:
    """Raises EvaluationError."""
    before, slash, length = text.rpartition("/")
    try:
        address = ipaddress.ip_address(before)
    except ValueError:
        slash = ""
    if not slash or "%" in before or not PREFIX.fullmatch(length) or int(length) > address.max_prefixlen:
        raise EvaluationError(f"network address parse error during conversion from string: {json.dumps(text)} is no network")
    return CIDR(_unmapped(address, text), int(length))


def _unmapped(address: Address, text: str) -> Address:
    if address in MAPPED:
        raise EvaluationError(f"IPv4-mapped IPv6 address {json.dumps(text)} is not allowed")
    return address


def is_ip(text: str) -> bool:
    return _reads(parse_ip, text)


def is_cidr(text: str) -> bool:
    return _reads(parse_cidr, text)


def _reads(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except EvaluationError:
        return False
    return True


def is_canonical(text: str) -> bool:
    return parse_ip(text).text() == text


FUNCTIONS: dict[str, Callable[..., object]] = {
    "ip(string) -> IP": parse_ip,
    "isIP(string) -> bool": is_ip,
    "ip.isCanonical(string) -> bool": is_canonical,
    "string(IP) -> string": IP.text,
    "IP.family() -> int": IP.family,
    "IP.isUnspecified() -> bool": IP.is_unspecified,
    "IP.isLoopback() -> bool": IP.is_loopback,
    "IP.isLinkLocalMulticast() -> bool": IP.is_link_local_multicast,
    "IP.isLinkLocalUnicast() -> bool": IP.is_link_local_unicast,
    "IP.isGlobalUnicast() -> bool": IP.is_global_unicast,
    "cidr(string) -> CIDR": parse_cidr,
    "isCIDR(string) -> bool": is_cidr,
    "string(CIDR) -> string": CIDR.text,
    "CIDR.containsIP(string) -> bool": CIDR.contains_ip,
    "CIDR.containsIP(IP) -> bool": CIDR.contains_ip,
    "CIDR.containsCIDR(string) -> bool": CIDR.contains_cidr,
    "CIDR.containsCIDR(CIDR) -> bool": CIDR.contains_cidr,
    "CIDR.ip() -> IP": CIDR.ip,
    "CIDR.masked() -> CIDR": CIDR.masked,
    "CIDR.prefixLength() -> int": CIDR.prefix_length,
}
