"""A policy that was removed and made again goes on in the history of its name, and no version ever names two bodies."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from audit.models import Event
from autonomy.errors import BadParameters
from autonomy.models import Boundary
from guidance.models import Policy
from tests.approvals.scenes import approve, executed
from tests.plugins.world import Person, World
from tests.policies.scenes import HAS_ON_CALL, asked, body, changed, history

OTHER = f"{HAS_ON_CALL} && true"
POLICIES = "/api/v1/policies/"


def removed(world: World, slug: str = "on-call") -> None:
    request = approve(asked(world, world["alice"], slug, remove=True), world["dave"])
    assert executed(world, request).status == "succeeded"


def made_again(world: World) -> Policy:
    """1.0.0, removed, and made again as 1.1.0."""
    changed(world, "on-call", "carol", "dave", source=body())
    removed(world)
    return changed(world, "on-call", "carol", "dave", source=body(version="1.1.0", expression=OTHER))


def test_its_history_tells_the_removal_and_the_return(committed_world: World) -> None:
    policy = made_again(committed_world)

    assert history(policy) == ["Policy.created", "Policy.removed", "Policy.created"]
    assert list(Event.objects.filter(stream=policy.pk).order_by("seq").values_list("seq", flat=True)) == [1, 2, 3]
    out = StringIO()
    call_command("audit_verify", stdout=out)
    assert "ledger verified" in out.getvalue()


def test_every_body_of_the_name_is_told_with_the_time_in_between(world: World, alice: Person) -> None:
    policy = made_again(world)
    told = list(Event.objects.filter(stream=policy.pk).order_by("seq").values_list("at", flat=True))

    versions = alice.client.get(f"{POLICIES}on-call/").json()["versions"]

    times = [at.isoformat(timespec="microseconds").replace("+00:00", "Z") for at in told]
    assert [(one["version"], one["since"], one["until"]) for one in versions] == [
        ("1.1.0", times[2], None),
        ("1.0.0", times[0], times[1]),
    ]
    assert [one["source"] for one in versions] == [body(version="1.1.0", expression=OTHER), body()]


def test_the_same_body_may_come_back_as_the_version_that_it_is(world: World, alice: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    removed(world)
    changed(world, "on-call", "carol", "dave", source=body())

    versions = alice.client.get(f"{POLICIES}on-call/").json()["versions"]

    assert [(one["version"], one["until"] is None) for one in versions] == [("1.0.0", True), ("1.0.0", False)]
    assert [one["source"] for one in versions] == [body(), body()]


@pytest.mark.parametrize("version", ["1.0.0", "0.9.0"])
def test_another_body_needs_a_greater_version_than_the_removed_one_had(world: World, alice: Person, version: str) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    removed(world)

    with pytest.raises(BadParameters, match=r"on-call.yaml:9:12: .*the body differs from the one that was removed, which is 1.0.0 already"):
        world.submit(alice, "policy.set", {"source": body(version=version, expression=OTHER)}, name="on-call")

    assert not Policy.objects.filter(slug="on-call").exists()


def test_a_return_that_was_asked_for_before_another_one_is_not_done(world: World, alice: Person) -> None:
    """Both are newer than what was removed; the second one would give 1.1.0 another body."""
    changed(world, "on-call", "carol", "dave", source=body())
    removed(world)
    late = approve(asked(world, alice, "on-call", source=body(version="1.1.0")), world["carol"])
    changed(world, "on-call", "carol", "dave", source=body(version="1.1.0", expression=OTHER))
    removed(world)

    approve(late, world["dave"])

    failed = executed(world, late)
    assert failed.status == "failed"
    assert failed.result is not None
    assert "the body differs from the one that was removed" in failed.result["error"]["message"]
    assert not Policy.objects.filter(slug="on-call").exists()


def test_a_folder_does_not_bring_another_body_under_a_version_that_was_there(world: World, tmp_path: Path) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    Policy.objects.all().delete()  # as if each had been removed
    (tmp_path / "on-call.yaml").write_text(body(expression=OTHER))
    out = StringIO()

    call_command("load_policies", str(tmp_path), stdout=out)

    assert "Policy on-call: left out, " in out.getvalue()
    assert "which is 1.0.0 already: give it a greater version" in out.getvalue()
    assert not Policy.objects.exists()


def test_a_folder_goes_on_in_the_history_of_its_names(world: World, tmp_path: Path) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    Policy.objects.all().delete()
    (tmp_path / "on-call.yaml").write_text(body())

    call_command("load_policies", str(tmp_path), stdout=StringIO())

    assert history(Policy.objects.get(slug="on-call")) == ["Policy.created", "Policy.loaded"]


def test_other_rules_of_the_product_go_on_in_theirs_too(world: World, alice: Person, carol: Person) -> None:
    for parameters in ({"level": 1}, {"remove": True}, {"level": 1}):
        request = world.submit(alice, "boundary.set", parameters, name="weekend")
        world.work()
        approve(request, carol)
        world.work()

    assert world.events(Boundary.objects.get(slug="weekend")) == ["Boundary.created", "Boundary.removed", "Boundary.created"]


def test_the_page_tells_the_gap(world: World, gina: Person) -> None:
    policy = made_again(world)

    page = gina.browser.get(f"/admin/guidance/policy/{policy.slug}/change/").content.decode()

    assert page.index("brought it into force") < page.index("removed it") < page.rindex("brought it into force")
    assert "<h2>Version 1.0.0</h2>" in page
