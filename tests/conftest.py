"""What every test may ask for; a plugin per part of the world around the product."""

from hypothesis import HealthCheck, settings

settings.register_profile("no clock", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("no clock")  # how quick a machine is says nothing about the code

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
