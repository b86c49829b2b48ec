"""The roles that the product itself knows; teams are data."""

PLATFORM_ADMINS = "platform-admins"
SECURITY = "security"
AUDITORS = "auditors"

REVIEWERS = frozenset({PLATFORM_ADMINS, SECURITY})
READS_EVERYTHING = REVIEWERS | {AUDITORS}
