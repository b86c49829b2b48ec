"""Judging a submission: who may ask for what where, at which level, and what policies say. What is refused leaves nothing behind."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from approvals.errors import NoRuleMatches, NotYourStage
from approvals.services.submit import submit
from audit.models import Delivery, Event
from audit.problems import Problem
from autonomy.errors import BadOverride, BadParameters, BadTarget, MayNotSubmit, NotYourNamespace, UnknownAction
from autonomy.models import ActionRequest, Boundary
from autonomy.submission import Override, Submission
from devstack.demo.manifests import deployment
from tests.approvals.scenes import approve
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World


@pytest.fixture
def refused(world: World) -> Callable[..., Problem]:
    """The problem that refuses a submission; nothing of it was recorded."""

    def refuse(kind: type[Problem], who: Person, action: str, parameters: Any = None, **more: Any) -> Problem:
        before = Event.objects.count()
        with pytest.raises(kind) as raised:
            world.submit(who, action, parameters, **more)
        assert (ActionRequest.objects.count(), Delivery.objects.count(), Event.objects.count()) == (0, 0, before)
        return raised.value

    return refuse


Refused = Callable[..., Problem]


def soft(name: str = "api", namespace: str = "payments-dev") -> dict[str, Any]:
    """A manifest that violates one soft-mandatory policy: it has no requests and limits."""
    manifest = copy.deepcopy(deployment(namespace, name, "registry.example/payments/api:1.0.0", 1))
    del manifest["spec"]["template"]["spec"]["containers"][0]["resources"]
    return manifest


def hard() -> dict[str, Any]:
    manifest = copy.deepcopy(deployment("payments-dev", "api", "registry.example/payments/api:1.0.0", 1))
    manifest["spec"]["template"]["spec"]["hostNetwork"] = True
    return manifest


def override(*policies: str, until: datetime | None = None) -> Override:
    return Override(policies or ("requests-and-limits",), "A benchmark for a day.", until or timezone.now() + timedelta(days=1))


def test_an_action_that_is_not_there(refused: Refused, alice: Person) -> None:
    assert refused(UnknownAction, alice, "deployment.explode").pointer == "/action"


def test_the_namespace_of_another_team(refused: Refused, bob: Person) -> None:
    problem = refused(NotYourNamespace, bob, "deployment.restart")

    assert problem.detail == "payments-dev belongs to the team payments, and bob is not in it."
    assert problem.extra == {"team": "payments"}


def test_an_auditor_asks_for_nothing(refused: Refused, gina: Person) -> None:
    assert refused(MayNotSubmit, gina, "deployment.restart").detail == "gina is in no team that could ask for anything."


def test_a_cluster_that_is_not_there(refused: Refused, alice: Person) -> None:
    assert refused(BadTarget, alice, "deployment.restart", cluster="moon").pointer == "/target/cluster"


def test_a_kind_that_is_not_the_action_s(refused: Refused, alice: Person, world: World) -> None:
    with pytest.raises(BadTarget) as raised:
        submit(Submission("deployment.restart", "sandbox", "payments-dev", "api", "Job", {}), actor=alice.actor())
    assert raised.value.pointer == "/target/kind"


@pytest.mark.parametrize(
    ("parameters", "pointer"),
    [
        ({}, "/parameters/replicas"),
        ({"replicas": "3"}, "/parameters/replicas"),
        ({"replicas": -1}, "/parameters/replicas"),
        ({"replicas": 3, "status": "approved"}, "/parameters/status"),
    ],
)
def test_parameters_that_do_not_fit(refused: Refused, alice: Person, parameters: dict[str, Any], pointer: str) -> None:
    assert refused(BadParameters, alice, "deployment.scale", parameters).pointer == pointer


def test_a_service_acts_for_its_own_team(world: World, refused: Refused, ci_payments: Person) -> None:
    refused(NotYourNamespace, ci_payments, "deployment.restart", namespace="search-dev")
    refused(NotYourNamespace, ci_payments, "deployment.restart", namespace="nobody-knows")
    assert world.submit(ci_payments, "deployment.restart").status == "queued"


@pytest.mark.parametrize("namespace", ["nobody-knows", "default", "kube-system", "platform-system"])
@pytest.mark.parametrize(
    ("action", "parameters"), [("deployment.restart", {}), ("deployment.scale", {"replicas": 1}), ("deployment.apply", None)]
)
def test_outside_of_the_teams_namespaces_nothing_runs_at_once(
    world: World, alice: Person, namespace: str, action: str, parameters: dict[str, Any] | None
) -> None:
    manifest = deployment(namespace, "api", "registry.example/payments/api:1.0.0", 1)

    request = world.submit(alice, action, {"manifest": manifest} if parameters is None else parameters, namespace=namespace)

    assert (request.level, request.status) == (3, "submitted")
    assert request.level_because[0]["reason"] != ""


def test_more_than_a_boundary_allows_waits_and_says_why(world: World, alice: Person) -> None:
    assert world.submit(alice, "deployment.scale", {"replicas": 50}).level == 1
    request = world.submit(alice, "deployment.scale", {"replicas": 51})

    assert (request.level, request.status) == (3, "submitted")
    assert [because["boundary"] for because in request.level_because] == ["big-scale"]


def test_a_boundary_that_allows_by_a_condition_without_an_answer_allows_nothing(world: World, alice: Person) -> None:
    Boundary.objects.all().delete()
    Boundary.objects.create(slug="small", level=1, condition="parameters.replicas <= 10", head=b"1")

    assert world.submit(alice, "deployment.scale", {"replicas": 3}).level == 1
    assert world.submit(alice, "deployment.restart").level == 3


def test_a_boundary_that_restricts_by_a_condition_without_an_answer_restricts(world: World, alice: Person) -> None:
    Boundary.objects.create(slug="odd", level=3, condition="parameters.nothing.here > 1", reason="Odd.", head=b"1")

    assert world.submit(alice, "deployment.restart").level == 3


def test_what_a_policy_refuses_is_recorded_and_never_runs(world: World, alice: Person) -> None:
    request = world.submit(alice, "deployment.apply", {"manifest": hard()})
    world.work()

    assert (request.status, world.events(request)) == ("policy_failed", ["request.refused"])
    assert "no-host-namespaces" in {finding["policy"] for finding in request.findings if finding["enforcement"] == "hard-mandatory"}
    assert Delivery.objects.count() == 0


def test_a_dry_run_ends_without_asking_anybody(world: World, alice: Person) -> None:
    request = world.submit(alice, "boundary.set", {"level": 1, "actions": ["x"]}, name="open", dry_run=True)
    world.work()

    assert (world.fresh(request).status, world.events(request)) == ("planned", ["request.submitted", "request.planned"])
    assert not Boundary.objects.filter(slug="open").exists()


def test_a_soft_violation_may_be_overridden_with_the_approval_of_the_policy_s_owners(
    world: World, demo_cluster: SandboxCluster, alice: Person, dave: Person, carol: Person
) -> None:
    request = world.submit(alice, "deployment.apply", {"manifest": soft()}, override=override())
    assert (request.level, request.status) == (2, "submitted")
    world.work()
    waiting = world.fresh(request)
    (stage,) = waiting.reviews.get().stages.all()
    assert (waiting.status, stage.group_id, stage.required) == ("awaiting_approval", "platform-admins", 1)
    writes = len(demo_cluster.writes())

    with pytest.raises(NotYourStage):
        approve(waiting, dave)
    assert len(demo_cluster.writes()) == writes
    approve(waiting, carol)
    world.work()

    assert world.events(request)[-2:] == ["request.started", "request.applied"]
    assert len(demo_cluster.writes()) > writes


@pytest.mark.parametrize(
    ("asked", "manifest", "pointer"),
    [
        (override("no-latest-tag"), soft(), "/override/policies"),
        (override("requests-and-limits", "no-such-policy"), soft(), "/override/policies"),
        (override(until=datetime(2020, 1, 1, tzinfo=UTC)), soft(), "/override/until"),
        (override("no-host-namespaces"), hard(), "/override/policies"),
    ],
)
def test_an_override_names_exactly_the_soft_policies_that_are_violated(
    refused: Refused, alice: Person, asked: Override, manifest: dict[str, Any], pointer: str
) -> None:
    assert refused(BadOverride, alice, "deployment.apply", {"manifest": manifest}, override=asked).pointer == pointer


@pytest.mark.parametrize(
    ("slug", "manifest", "why"),
    [
        ("no-host-namespaces", hard(), "it is hard-mandatory here, which nobody can override"),
        ("no-latest-tag", soft(), "this manifest does not violate it"),
        ("no-latest-tga", soft(), "there is no such policy"),
    ],
)
def test_it_is_told_why_a_policy_cannot_be_overridden(
    refused: Refused, alice: Person, slug: str, manifest: dict[str, Any], why: str
) -> None:
    problem = refused(BadOverride, alice, "deployment.apply", {"manifest": manifest}, override=override(slug))
    assert problem.detail == f"{slug}: {why}."


def test_what_only_advises_needs_no_override(refused: Refused, alice: Person) -> None:
    manifest = soft()
    del manifest["metadata"]["labels"]
    problem = refused(BadOverride, alice, "deployment.apply", {"manifest": manifest}, override=override("required-labels"))
    assert problem.detail == "required-labels: it only advises here, so there is nothing to override."


def test_an_override_does_not_pass_a_hard_policy(world: World, alice: Person) -> None:
    manifest = soft()
    manifest["spec"]["template"]["spec"]["hostNetwork"] = True

    request = world.submit(alice, "deployment.apply", {"manifest": manifest}, override=override())

    assert request.status == "policy_failed"


def test_an_override_without_anything_to_override_asks_nobody(refused: Refused, alice: Person) -> None:
    manifest = deployment("payments-dev", "api", "registry.example/payments/api:1.0.0", 1)
    nothing = Override((), "Just so.", timezone.now() + timedelta(days=1))

    problem = refused(NoRuleMatches, alice, "deployment.apply", {"manifest": manifest}, override=nothing)

    assert problem.detail == "No approval rule matches deployment.apply on sandbox/payments-dev/Deployment/api."
