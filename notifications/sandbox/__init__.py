"""A sandbox Slack: one process with the Web API methods that the product calls, signed interactions, and a page to click on.

It stands for slack.com on one's own machine and in the tests, so it is as strict as Slack's documentation. It needs no Django and no
database; `python -m notifications.sandbox --help` says how to start it.
"""
