"""The admin's pages about policies, for everybody to read."""

from guidance.admin import exemptions, policies, reports

__all__ = ["exemptions", "policies", "reports"]
