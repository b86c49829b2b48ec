"""A boundary whose condition this version does not read never opens anything, and all others go on."""

import logging
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit.actor import Actor
from audit.ledger import Change, commit
from autonomy.models import Boundary
from tests.plugins.world import Person, World

UNKNOWN_FUNCTION = "target.name.soundex() == 'A100'"


def stored(slug: str, level: int) -> None:
    """As a version that read its condition has left it."""
    values = {"level": level, "actions": ["deployment.restart"], "condition": UNKNOWN_FUNCTION, "reason": "Because."}
    commit(Change(Boundary(slug=slug), "Boundary.created", Actor.command("test"), {"values": values}).set(**values))


def test_one_that_restricts_counts_as_met(world: World, alice: Person) -> None:
    assert world.submit(alice, "deployment.restart").level == 1
    stored("restricts", level=3)

    request = world.submit(alice, "deployment.restart")

    assert (request.level, request.level_because) == (3, [{"boundary": "restricts", "level": 3, "reason": "Because."}])


def test_one_that_allows_counts_as_not_met(world: World, alice: Person) -> None:
    Boundary.objects.filter(slug="own-workloads").delete()
    before = world.submit(alice, "deployment.restart")
    stored("allows", level=1)

    after = world.submit(alice, "deployment.restart")

    assert after.level == before.level == 3
    assert after.level_because == before.level_because


def test_the_log_and_the_check_name_it(world: World, alice: Person, caplog: pytest.LogCaptureFixture) -> None:
    stored("restricts", level=3)
    out = StringIO()
    with caplog.at_level(logging.ERROR, logger="autonomy.rulebook"):
        world.submit(alice, "deployment.restart")
        world.submit(alice, "deployment.restart")

    with pytest.raises(CommandError, match=r"^1 problem: mend these rules"):
        call_command("check_rules", stdout=out)

    (record,) = caplog.records
    assert record.getMessage().startswith("boundary restricts: this version of the product does not read its condition: ")
    assert out.getvalue().startswith("boundary restricts: its condition does not compile: ")
    assert "soundex" in out.getvalue()
