"""The `Warning:` headers of the API server: advice to people about deprecated fields, Pod security and the like."""

import re
from collections.abc import Iterable

_WARNING = re.compile(r'(?P<code>\d{3}) (?P<agent>\S+) "(?P<text>(?:[^"\\]|\\.)*)"')


def parse_warnings(headers: Iterable[str]) -> tuple[str, ...]:
    """The texts of RFC 7234 warning headers, in order and each once; one header may carry several."""
    texts = (re.sub(r"\\(.)", r"\1", match["text"]) for header in headers for match in _WARNING.finditer(header))
    return tuple(dict.fromkeys(texts))
