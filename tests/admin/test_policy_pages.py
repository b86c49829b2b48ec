"""What everybody reads of policies in the admin."""

import html
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.actor import Actor
from audit.ledger import Change, commit
from guidance.models import Exemption, Policy
from guidance.services.exemptions import as_json
from tests.guidance.foreign import test_whole as whole
from tests.plugins.world import Person, World
from tests.policies.clock import database_later_by
from tests.policies.scenes import DAY, REASON, body, changed, granted, let_pass

LIST = "/admin/guidance/policy/"
EXEMPTIONS = "/admin/guidance/exemption/"
EVERYBODY = ["alice", "bob", "carol", "dave", "gina"]


def text_of(who: Person, path: str) -> str:
    answer = who.browser.get(path)
    assert answer.status_code == 200, path
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))


def page(slug: str) -> str:
    return f"{LIST}{slug}/change/"


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_reads_the_list(world: World, name: str) -> None:
    changed(world, "no-latest-tag", "carol", enforcement_in=[{"environment": "prod", "level": "hard-mandatory"}])

    text = text_of(world[name], LIST)

    assert "no-latest-tag Images are pinned to a tag or a digest" in text
    assert "hard-mandatory in environment prod" in text
    assert "changed by approval of their owners only: submit policy.set" in text


@pytest.mark.parametrize("name", EVERYBODY)
def test_everybody_reads_a_policy_with_what_it_is_good_for(world: World, name: str) -> None:
    text = text_of(world[name], page("no-latest-tag"))

    assert "no-latest-tag 1.0.0, owned by Platform admins" in text
    assert "A fixed tag says what runs, a digest proves it." in text
    assert "passes A fixed tag" in text
    assert "fails The tag latest Container web runs nginx:latest, which can be another image tomorrow." in text
    assert "image: nginx:latest" in text
    assert "everywhere soft-mandatory" in text
    assert "It lets nothing pass." in text
    assert "test loaded it version 1.0.0, soft-mandatory" in text


def test_bindings_and_parameters_have_their_place(world: World, alice: Person) -> None:
    warns = whole.BINDING.replace("[Deny]", "[Warn]").replace("name: few-replicas}", "name: everywhere}")
    changed(world, "few-replicas", "carol", "dave", source=whole.POLICY + warns + whole.params(3) + whole.params(5, "payments-dev"))

    text = text_of(alice, page("few-replicas"))

    assert "Where it holds 1 everywhere only advises policyName: few-replicas" in text
    assert "paramRef: name: replicas parameterNotFoundAction: Deny" in text
    assert "Parameters ConfigMap/shop/replicas" in text
    assert "Parameters ConfigMap/payments-dev/replicas" in text
    assert "most: '5'" in text
    assert "fails four At most 3" in text


def test_the_levels_of_places_stand_before_the_one_of_everywhere_else(world: World, alice: Person) -> None:
    places = [
        {"environment": "prod", "level": "hard-mandatory"},
        {"namespace": "payments-dev", "cluster": "sandbox", "level": "advisory"},
        {"team": "search", "level": "advisory"},
    ]
    changed(world, "no-latest-tag", "carol", enforcement_in=places)

    text = text_of(alice, page("no-latest-tag"))

    levels = "namespace sandbox/payments-dev advisory team search advisory environment prod hard-mandatory everywhere else soft-mandatory"
    assert levels in text


def test_exemptions_say_who_let_what_pass_until_when_and_why(world: World, alice: Person) -> None:
    granted(world)
    until = f"{Exemption.objects.get().until:%Y-%m-%d %H:%M} UTC"

    text = text_of(alice, page("run-as-non-root"))

    assert f"Exemptions 1 sandbox/payments-dev/Deployment/web {REASON} until {until}" in text
    assert "by dave for alice" in text
    assert f"alice, approved by dave, let something pass sandbox/payments-dev/Deployment/web until {until}: {REASON}" in text
    listed = text_of(alice, EXEMPTIONS)
    assert "sandbox/payments-dev/Deployment/web" in listed
    assert "dave, for alice" in listed

    with database_later_by(2 * DAY):
        assert "It lets nothing pass." in text_of(alice, page("run-as-non-root"))
        assert "sandbox/payments-dev/Deployment/web" not in text_of(alice, EXEMPTIONS)


def test_who_asked_and_who_agreed_is_in_the_history_and_older_bodies_are_readable(world: World, alice: Person) -> None:
    changed(world, "on-call", "carol", "dave", source=body())
    changed(world, "on-call", "dave", source=body(version="1.1.0"))

    text = text_of(alice, page("on-call"))

    assert "alice, approved by carol, dave, brought it into force version 1.0.0, soft-mandatory" in text
    assert "alice, approved by dave, changed it version 1.1.0, soft-mandatory" in text
    assert "Version 1.0.0 in force from" in text
    assert text.count("title: Deployments say who is called at night") == 2


def test_a_request_is_linked_for_those_who_may_open_all(world: World, alice: Person, gina: Person) -> None:
    changed(world, "no-latest-tag", "carol", enforcement="advisory")

    linked = re.findall(r'href="(/admin/requests/[0-9a-f-]+/)"', gina.browser.get(page("no-latest-tag")).content.decode())

    assert gina.browser.get(linked[0]).status_code == 200
    assert "/admin/requests/" not in alice.browser.get(page("no-latest-tag")).content.decode().split('id="policy-page"')[1]


def test_what_a_policy_says_is_text_and_never_markup(world: World, alice: Person) -> None:
    attack = body().replace("An alert that reaches nobody is no alert.", "<script>alert(1)</script>")
    changed(world, "on-call", "carol", "dave", source=attack)

    assert "<script>alert(1)" not in alice.browser.get(page("on-call")).content.decode()
    assert "<script>alert(1)</script>" in text_of_escaped(alice, page("on-call"))


def text_of_escaped(who: Person, path: str) -> str:
    return html.unescape(who.browser.get(path).content.decode())


def test_it_is_found_under_its_id_too_and_what_there_is_not_is_not(world: World, alice: Person) -> None:
    policy = Policy.objects.get(slug="no-latest-tag")

    assert "Images are pinned" in text_of(alice, page(str(policy.pk)))
    assert alice.browser.get(page("nothing")).status_code == 404
    assert alice.browser.get(f"{EXEMPTIONS}nothing/change/").status_code == 302


def test_the_list_costs_the_same_however_many_exemptions_there_are(world: World, alice: Person) -> None:
    browser = alice.browser
    browser.get(LIST)
    with CaptureQueriesContext(connection) as before:
        browser.get(LIST)
    granted(world)
    granted(world, name="other")
    browser.get(LIST)
    with CaptureQueriesContext(connection) as after:
        browser.get(LIST)

    assert len(after) == len(before)


def test_a_policy_that_lets_very_much_pass_shows_what_ends_first(world: World, alice: Person) -> None:
    policy = Policy.objects.get(slug="run-as-non-root")
    for number in range(60):
        one = let_pass(Policy.objects.get(pk=policy.pk), f"web-{number:02}")
        commit(Change(one.policy, "Policy.exempted", Actor.command("test"), as_json(one)).add(one))

    shown = alice.browser.get("/admin/guidance/policy/run-as-non-root/change/").content.decode()

    assert shown.count('<code class="daf-target">sandbox/payments-dev/Deployment/web-') == 50
    assert f'?policy__id__exact={policy.pk}">all 60</a>' in shown
    assert (shown.count("</b> let something pass</p>"), "and 11 earlier ones" in shown) == (50, True)
    assert alice.browser.get(f"/admin/guidance/exemption/?policy__id__exact={policy.pk}").status_code == 200
