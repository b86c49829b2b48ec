"""Plain e-mail, for whom Slack does not reach."""

from collections.abc import Iterable

from django.conf import settings
from django.core.mail import EmailMessage


def enabled() -> bool:
    return bool(settings.EMAIL_HOST)


def send(addresses: Iterable[str], subject: str, body: str) -> None:
    """One message for each address, nobody sees the others. Raises OSError when the server does not take it."""
    if not enabled():
        return
    for address in sorted({address for address in addresses if address}):
        EmailMessage(" ".join(subject.split()), body, to=[address]).send()
