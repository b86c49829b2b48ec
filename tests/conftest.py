"""What every test may ask for; a plugin per part of the world around the product."""

pytest_plugins = [
    "tests.plugins.database",
    "tests.plugins.broker",
    "tests.plugins.world",
    "tests.plugins.doors",
    "tests.plugins.sandbox_cluster",
    "tests.plugins.control_plane",
    "tests.plugins.sandbox_slack",
    "tests.plugins.browser",
    "tests.plugins.admin_server",
    "tests.plugins.slack_door",
    "tests.plugins.product",
]
