"""How Slack signs a request to an app."""

import hashlib
import hmac
import time


def headers(secret: str, body: bytes, *, age: int = 0) -> dict[str, str]:
    """The two headers for `body`, signed `age` seconds ago."""
    timestamp = str(int(time.time()) - age)
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
