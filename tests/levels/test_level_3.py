"""Level 3 waits for people, and what they approved is what runs."""

from approvals.services import decide
from autonomy.models import ActionRequest
from clusters.objects import Ref
from tests.levels.conftest import LiveCluster, message, network_policy
from tests.plugins.world import Person, World

QUOTA = Ref.to("ResourceQuota", "compute", "payments-dev")


def ask_for_quota(world: World, who: Person, cpu: str) -> ActionRequest:
    request = world.submit(who, "quota.set", {"hard": {"requests.cpu": cpu}}, name="compute")
    world.work()
    return world.fresh(request)


def approve(world: World, request: ActionRequest, who: Person) -> ActionRequest:
    decide.approve(request.id, actor=who.actor(), digest=request.plan_digest)
    return world.fresh(request)


def ask_for_policy(world: World, who: Person, name: str) -> ActionRequest:
    request = world.submit(who, "networkpolicy.apply", {"manifest": network_policy(name)}, name=name)
    world.work()
    return world.fresh(request)


def remove_policy(cluster: LiveCluster, name: str) -> None:
    ref = Ref.to("NetworkPolicy", name, "payments-dev")
    cluster.admin.delete(ref, uid=cluster.admin.get(ref)["metadata"]["uid"])


def test_a_quota_waits_for_an_admin_and_its_other_keys_stay(world: World, alice: Person, carol: Person, cluster: LiveCluster) -> None:
    before = cluster.admin.get(QUOTA)["spec"]["hard"]
    request = ask_for_quota(world, alice, "9")
    assert (request.level, request.status) == (3, "awaiting_approval")
    assert cluster.admin.get(QUOTA)["spec"]["hard"] == before

    approve(world, request, carol)
    world.work()

    assert world.fresh(request).status == "succeeded"
    assert message(world.fresh(request)) == "The ResourceQuota compute allows requests.cpu 9."
    assert cluster.admin.get(QUOTA)["spec"]["hard"] == before | {"requests.cpu": "9"}


def test_a_network_policy_goes_to_the_security_team(world: World, alice: Person, dave: Person, cluster: LiveCluster) -> None:
    request = ask_for_policy(world, alice, "goes-to-security")
    assert [stage.group_id for stage in request.reviews.get().stages.all()] == ["security"]

    approve(world, request, dave)
    world.work()

    assert world.fresh(request).status == "succeeded"
    assert message(world.fresh(request)) == "The NetworkPolicy goes-to-security was created."
    assert cluster.exists("NetworkPolicy", "goes-to-security")
    remove_policy(cluster, "goes-to-security")


def test_a_denied_request_changes_nothing(world: World, alice: Person, dave: Person, cluster: LiveCluster) -> None:
    request = ask_for_policy(world, alice, "denied")

    decide.deny(request.id, actor=dave.actor(), comment="Too open.")
    world.work()

    assert world.fresh(request).status == "denied"
    assert not cluster.exists("NetworkPolicy", "denied")


def test_a_target_that_changed_since_the_approval_goes_back_to_review(
    world: World, alice: Person, carol: Person, cluster: LiveCluster
) -> None:
    request = ask_for_quota(world, alice, "9")
    approved = approve(world, request, carol)
    cluster.admin.merge_patch(QUOTA, {"spec": {"hard": {"pods": "7"}}})

    world.work()

    drifted = world.fresh(request)
    assert drifted.status == "awaiting_approval"
    assert drifted.plan_digest != approved.plan_digest
    assert drifted.plan is not None
    assert b'"pods":"7"' in bytes(drifted.plan.body)
    assert cluster.admin.get(QUOTA)["spec"]["hard"]["requests.cpu"] == "4"
    assert world.events(request)[-2:] == ["request.started", "request.drifted"]

    approve(world, drifted, carol)
    world.work()

    assert world.fresh(request).status == "succeeded"
    hard = cluster.admin.get(QUOTA)["spec"]["hard"]
    assert (hard["pods"], hard["requests.cpu"]) == ("7", "9")


def test_a_change_of_mere_bookkeeping_keeps_the_approval(world: World, alice: Person, carol: Person, cluster: LiveCluster) -> None:
    request = ask_for_quota(world, alice, "9")
    approve(world, request, carol)
    version = cluster.admin.get(QUOTA)["metadata"]["resourceVersion"]
    cluster.admin.merge_patch(QUOTA, {"metadata": {"annotations": {"note": "seen"}}})
    cluster.admin.merge_patch(QUOTA, {"metadata": {"annotations": {"note": None}}})
    assert cluster.admin.get(QUOTA)["metadata"]["resourceVersion"] != version

    world.work()

    assert world.fresh(request).status == "succeeded"


def test_what_somebody_else_did_meanwhile_exactly_so_counts_as_done(
    world: World, alice: Person, dave: Person, cluster: LiveCluster
) -> None:
    request = ask_for_policy(world, alice, "already")
    approve(world, request, dave)
    cluster.admin.apply(network_policy("already"))

    world.work()

    ended = world.fresh(request)
    assert ended.status == "succeeded"
    assert ended.result is not None
    assert ended.result["already"] is True
    remove_policy(cluster, "already")


def test_a_dry_run_ends_in_a_plan_and_changes_nothing(world: World, alice: Person, cluster: LiveCluster) -> None:
    request = world.submit(alice, "networkpolicy.apply", {"manifest": network_policy("dry")}, name="dry", dry_run=True)
    world.work()

    planned = world.fresh(request)
    assert planned.status == "planned"
    assert planned.plan is not None
    assert b"+kind: NetworkPolicy" in bytes(planned.plan.body)
    assert not cluster.exists("NetworkPolicy", "dry")


def test_a_plan_that_the_cluster_refuses_fails_before_anybody_is_asked(world: World, alice: Person, cluster: LiveCluster) -> None:
    manifest = network_policy("wrong", podSelecter={})
    request = world.submit(alice, "networkpolicy.apply", {"manifest": manifest}, name="wrong")
    world.work()

    ended = world.fresh(request)
    assert ended.status == "failed"
    assert ended.reviews.count() == 0
    assert ended.result is not None
    assert "podSelecter" in ended.result["error"]["message"] + ended.result["error"]["hint"]
