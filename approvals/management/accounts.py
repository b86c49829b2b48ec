"""Accounts that commands are given by name."""

from django.core.management.base import CommandError

from accounts.models import Account


def account_named(username: str | None) -> Account | None:
    """Raises CommandError for a name that nobody has; None stays None."""
    if username is None:
        return None
    account = Account.objects.filter(username=username, is_active=True).first()
    if account is None:
        raise CommandError(f"There is no active account {username!r}.")
    return account
