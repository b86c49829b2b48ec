"""What every test may ask for; a plugin per part of the world around the product."""

pytest_plugins = [
    "tests.plugins.database",
    "tests.plugins.broker",
    "tests.plugins.world",
    "tests.plugins.doors",
]
