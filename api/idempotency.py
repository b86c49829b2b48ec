"""The Idempotency-Key of a call, and what tells a repetition from another call."""

import json
import re

from rest_framework.request import Request

from api.errors import BadIdempotencyKey
from audit.canonical import digest_of_bytes

KEY = re.compile(r"[!-~]{1,255}")


def key_of(http: Request) -> str:
    """Empty when there is none. Raises BadIdempotencyKey."""
    key = http.META.get("HTTP_IDEMPOTENCY_KEY")
    if key is None:
        return ""
    if not KEY.fullmatch(key):
        raise BadIdempotencyKey("The Idempotency-Key has another form.")
    return str(key)


def fingerprint(http: Request) -> str:
    """`sha256:<hex>` over method, path and body; neither the order of keys nor white space counts."""
    call = [http.method, http.path.rstrip("/"), http.data]
    return digest_of_bytes(json.dumps(call, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
