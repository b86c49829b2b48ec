"""The roles that the product itself knows; teams are data."""

PLATFORM_ADMINS = "platform-admins"
SECURITY = "security"
AUDITORS = "auditors"

REVIEWERS = frozenset({PLATFORM_ADMINS, SECURITY})
AUDITORS_ONLY_READ = f"{AUDITORS} read everything and change nothing: name another group"
"""Why no rule asks them, and why they own no policy."""
READS_EVERYTHING = REVIEWERS | {AUDITORS}
