"""Who is asked: all rules that match count together, and nothing waits for nobody."""

import pytest

from accounts.models import Membership
from accounts.services.groups import leave
from approvals.errors import NoRuleMatches, TooFewReviewers
from approvals.models import ApprovalRule
from approvals.quorum import GroupNeed
from approvals.routing import route, rules_in_force
from audit.actor import Actor
from audit.models import Event
from autonomy.models import ActionRequest, Level
from tests.approvals.scenes import no_rule
from tests.plugins.world import Person, World


def request(level: Level = Level.RESTRICTED, action: str = "quota.set", environment: str = "prod") -> ActionRequest:
    return ActionRequest(action=action, namespace="payments-prod", environment=environment, level=level)


def rule(slug: str, needs: dict[str, int], **more: object) -> None:
    ApprovalRule.objects.create(slug=slug, needs=needs, **more)


@pytest.fixture
def rules(db: None) -> None:
    rule("a", {"platform-admins": 1}, actions=["quota.*"], expires_after_hours=48)
    rule("b", {"platform-admins": 2, "security": 1}, environments=["prod"], expires_after_hours=24, slack_channel="C2")
    rule("c", {"auditors": 1}, namespaces=["search-*"], expires_after_hours=1, slack_channel="C3")


def test_all_rules_that_match_count_together_with_the_greatest_number_and_the_shortest_time(rules: None) -> None:
    found = route(request(), rules_in_force())

    assert found is not None
    assert found.needs == (GroupNeed("platform-admins", 2), GroupNeed("security", 1))
    assert (found.expires_after_hours, found.slack_channel) == (24, "C2")


def test_without_a_rule_that_matches_nobody_is_named(rules: None) -> None:
    assert route(request(action="networkpolicy.apply", environment="dev"), rules_in_force()) is None


def test_an_override_is_for_the_owners_of_the_policies_alone(rules: None) -> None:
    found = route(request(Level.GUIDED), rules_in_force(), {"security"})

    assert found is not None
    assert found.needs == (GroupNeed("security", 1),)


def test_an_override_on_level_3_needs_the_owners_too(rules: None) -> None:
    found = route(request(environment="dev"), rules_in_force(), {"security"})

    assert found is not None
    assert found.needs == (GroupNeed("platform-admins", 1), GroupNeed("security", 1))


def test_owners_do_not_replace_a_missing_rule_on_level_3(rules: None) -> None:
    assert route(request(action="networkpolicy.apply", environment="dev"), rules_in_force(), {"security"}) is None


def test_a_request_that_nobody_could_approve_is_refused_at_submission(world: World, alice: Person) -> None:
    no_rule()
    before = Event.objects.count()

    with pytest.raises(NoRuleMatches):
        world.submit(alice, "boundary.set", {"level": 1, "actions": ["x"]}, name="open")

    assert (ActionRequest.objects.count(), Event.objects.count()) == (0, before)


def test_a_request_that_too_few_others_could_approve_is_refused_at_submission(world: World, alice: Person, carol: Person) -> None:
    no_rule()
    rule("two", {"platform-admins": 2}, actions=["boundary.set"])
    opens = {"level": 1, "actions": ["x"]}
    assert world.submit(alice, "boundary.set", opens, name="by-alice").status == "submitted"
    before = Event.objects.count()

    with pytest.raises(TooFewReviewers) as refused:
        world.submit(carol, "boundary.set", opens, name="by-carol")

    told = "If everybody else approved boundary.set on Boundary/by-carol, the approval of 1 of platform-admins would still be missing."
    assert refused.value.detail == told
    assert (ActionRequest.objects.count(), Event.objects.count()) == (1, before)


def test_one_person_cannot_be_counted_on_for_two_groups(world: World, alice: Person, carol: Person) -> None:
    no_rule()
    rule("both", {"platform-admins": 1, "security": 1}, actions=["boundary.set"])
    for name in ("frank", "dave", "erin"):
        for membership in Membership.objects.filter(account=world[name].account):
            leave(world[name].account, membership.group_id, actor=Actor.command("test"))
    world.join(carol, "security")

    with pytest.raises(TooFewReviewers, match="the approval of 1 of"):
        world.submit(alice, "boundary.set", {"level": 1, "actions": ["x"]}, name="open")

    world.join(world["dave"], "security")
    assert world.submit(alice, "boundary.set", {"level": 1, "actions": ["x"]}, name="open").status == "submitted"


def test_a_rule_that_goes_while_the_plan_is_made_ends_the_request(world: World, alice: Person) -> None:
    submitted = world.submit(alice, "boundary.set", {"level": 1, "actions": ["x"]}, name="open")
    no_rule()
    world.work()

    ended = world.fresh(submitted)
    assert (ended.status, ended.reviews.count()) == ("failed", 0)
    assert ended.result is not None
    assert ended.result["error"]["reason"] == "NoApprovalRule"
