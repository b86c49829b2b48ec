"""What every test may ask for; a plugin per part of the world around the product."""

pytest_plugins = [  # whoever is imported by another comes first, so that its assertions are rewritten
    "tests.plugins.database",
    "tests.plugins.broker",
    "tests.plugins.control_plane",
    "tests.plugins.sandbox_cluster",
    "tests.plugins.sandbox_slack",
    "tests.plugins.browser",
    "tests.plugins.world",
    "tests.plugins.door",
    "tests.plugins.admin_door",
    "tests.plugins.slack_door",
    "tests.plugins.doors",
    "tests.plugins.admin_server",
    "tests.plugins.product",
]
