"""The admin's pages about people: accounts, groups, tokens, and the field diffs of all that superusers edit."""

from accounts.admin import field_diffs, people

__all__ = ["field_diffs", "people"]
