"""Policies with parameters in force: bindings and parameters belong to the policy, are reviewed with it and judged with it."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from approvals.services.import_policies import import_policies
from audit.actor import Actor
from autonomy.errors import BadParameters
from autonomy.models import ActionRequest
from guidance.documents.source import PolicyError
from guidance.models import Policy
from guidance.services.scan import scan
from tests.approvals.scenes import approve, executed
from tests.cli.test_other_engines import ADMISSION
from tests.guidance.foreign import test_whole as whole
from tests.plugins.sandbox_cluster import SandboxCluster
from tests.plugins.world import Person, World
from tests.policies.scenes import DAY, apply, asked, changed, difference, granted, stored
from tests.policies.test_evaluating import evaluated, outcomes
from tests.policies.test_scan import reports
from tests.policies.test_what_if import supposed
from tests.security.scenes import manifest

NAME = "few-replicas"


def source(dev: int = 2, version: str = "1.0.0", binding: str = whole.BINDING, policy: str = whole.POLICY) -> str:
    """At most `dev` replicas in payments-dev, 5 in payments-prod, 3 in the namespace of the examples."""
    params = [whole.params(), whole.params(dev, "payments-dev"), whole.params(5, "payments-prod")]
    return policy.replace("version: 1.0.0", f"version: {version}") + binding + "".join(params)


def replicas(count: int, **metadata: Any) -> dict[str, Any]:
    found = manifest()
    return {**found, "metadata": {**found["metadata"], **metadata}, "spec": {**found["spec"], "replicas": count}}


def in_force(world: World, text: str = "") -> Policy:
    return changed(world, NAME, "carol", "dave", source=text or source())


def messages(answer: dict[str, Any]) -> list[str]:
    return [finding["message"] for finding in answer["findings"]]


def test_a_submission_is_judged_with_the_parameters_of_its_namespace(world: World, alice: Person) -> None:
    in_force(world)

    refused, answer = apply(alice, replicas(3))
    assert (refused, messages(answer)) == (422, ["At most 2"])
    assert answer["findings"][0]["path"] == "/spec/replicas"
    assert [apply(alice, replicas(2))[0], apply(alice, replicas(3), "payments-prod")[0]] == [202, 202]


def test_where_there_are_none_it_does_what_its_binding_and_failure_policy_say(world: World, alice: Person) -> None:
    in_force(world, source(binding=whole.BINDING).replace("namespace: payments-dev", "namespace: elsewhere"))

    status, answer = apply(alice, replicas(1))

    assert (status, len(answer["findings"])) == (422, 1)
    assert messages(answer)[0].startswith(
        "The policy few-replicas could not judge this manifest: it takes its parameters (params) from a ConfigMap replicas (v1) in the "
        "namespace payments-dev, and there is none. That is a fault of the policy, not of the manifest: tell its owners"
    )


@pytest.mark.parametrize(
    ("change", "findings"),
    [
        (("parameterNotFoundAction: Deny", "parameterNotFoundAction: Allow"), 0),
        (("spec:\n  paramKind", "spec:\n  failurePolicy: Ignore\n  paramKind"), 1),
    ],
)  # fmt: skip
def test_it_may_let_pass_what_it_has_no_parameters_for(world: World, alice: Person, change: tuple[str, str], findings: int) -> None:
    in_force(world, source().replace("namespace: payments-dev", "namespace: elsewhere").replace(*change))

    status, answer = apply(alice, replicas(9))

    assert (status, [finding["enforcement"] for finding in answer["findings"]]) == (202, ["advisory"] * findings)


def test_a_binding_that_only_warns_makes_advice_of_it_whatever_its_level(world: World, alice: Person) -> None:
    in_force(world, source(binding=whole.BINDING.replace("[Deny]", "[Warn]")))

    status, answer = apply(alice, replicas(9))

    assert (status, [(finding["message"], finding["enforcement"]) for finding in answer["findings"]]) == (202, [("At most 2", "advisory")])


def test_reviewers_see_bindings_and_parameters_in_the_difference(world: World, alice: Person) -> None:
    first = asked(world, alice, NAME, source=source())
    assert "+  kind: ValidatingAdmissionPolicyBinding" in difference(first)
    assert '+  data: {most: "5"}' in difference(first)
    approve(first, world["carol"], world["dave"])
    world.work()

    diff = difference(asked(world, alice, NAME, source=source(4, "1.1.0")))

    assert [line for line in diff.splitlines() if line[:1] in "+-" and "version" not in line and line[1:2] == " "] == [
        '-  data: {most: "2"}',
        '+  data: {most: "4"}',
    ]


def test_parameters_change_with_a_version_and_by_approval_only(world: World, alice: Person) -> None:
    in_force(world)

    with pytest.raises(BadParameters, match=r"the body differs from the one in force, which is 1\.0\.0 already: give it a greater version"):
        asked(world, alice, NAME, source=source(4))

    changed(world, NAME, "dave", source=source(4, "1.1.0"))
    assert apply(alice, replicas(4))[0] == 202
    _, answer = apply(alice, replicas(5))
    assert [(finding["message"], finding["version"]) for finding in answer["findings"]] == [("At most 4", "1.1.0")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (source() + "---\napiVersion: v1\nkind: Secret\nmetadata: {name: a}\n", "neither a binding nor a parameter of few-replicas"),
        (whole.POLICY + whole.BINDING, "should pass, but: The policy few-replicas could not judge this manifest"),
        (source(binding=whole.BINDING.replace("policyName: few-replicas", "policyName: other")), "it must name it"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_place(world: World, alice: Person, text: str, message: str) -> None:
    with pytest.raises(BadParameters) as refused:
        asked(world, alice, NAME, source=text)

    assert message in str(refused.value)
    assert str(refused.value).startswith("few-replicas.yaml:")
    assert not Policy.objects.filter(slug=NAME).exists()


@pytest.mark.parametrize(
    "change", [("object.spec.replicas <=", "object.spec.ahead() <="), ("spec:\n  paramKind", "spec:\n  mode: new\n  paramKind")]
)
def test_one_that_this_version_does_not_read_is_about_what_it_was_about(world: World, alice: Person, change: tuple[str, str]) -> None:
    """With its bindings where these can be read, and its parameters do not matter then."""
    stored(source().replace(*change), NAME)

    status, answer = apply(alice, replicas(1))

    assert (status, [finding["policy"] for finding in answer["findings"]]) == (422, [NAME])
    assert "this version of the product does not read it (few-replicas.yaml:" in messages(answer)[0]
    network_policy = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "a"}, "spec": {"podSelector": {}}}
    assert NAME not in outcomes(evaluated(alice, network_policy))


def test_everybody_reads_them(world: World, alice: Person) -> None:
    in_force(world)

    policy = alice.client.get(f"/api/v1/policies/{NAME}/").json()

    assert policy["source"] == source()
    assert [binding["spec"]["paramRef"] for binding in policy["bindings"]] == [{"name": "replicas", "parameterNotFoundAction": "Deny"}]
    assert [(one["metadata"]["namespace"], one["data"]["most"]) for one in policy["params"]] == [
        ("shop", "3"), ("payments-dev", "2"), ("payments-prod", "5")
    ]  # fmt: skip
    assert [[finding["message"] for finding in one["findings"]] for one in policy["examples"]] == [[], ["At most 3"]]


def test_they_can_be_exempted_and_overridden(world: World, alice: Person, dave: Person, demo_cluster: SandboxCluster) -> None:
    in_force(world)
    override = {"policies": [NAME], "reason": "The sale.", "until": (datetime.now(UTC) + DAY).isoformat()}
    target = {"cluster": "sandbox", "namespace": "payments-dev", "name": "web"}
    body = {"action": "deployment.apply", "target": target, "parameters": {"manifest": replicas(3)}, "override": override}

    answer = alice.client.post("/api/v1/requests/", body).json()
    overridden = executed(world, ActionRequest.objects.get(pk=answer["id"]))
    assert (answer["status"], overridden.status) == ("submitted", "awaiting_approval")
    assert executed(world, approve(overridden, dave)).status == "running"

    granted(world, NAME, lasts=DAY)
    status, exempted = apply(alice, replicas(3))
    assert (status, messages(exempted), bool(exempted["findings"][0]["exempted"])) == (202, ["At most 2"], True)


def test_evaluate_says_the_same(world: World, alice: Person) -> None:
    in_force(world)

    found = evaluated(alice, replicas(3), replicas(3, namespace="payments-prod"), replicas(3, namespace="nowhere"))

    assert [outcomes(found, document)[NAME] for document in (1, 2, 3)] == ["fail", "pass", "error"]


def test_a_scan_and_a_what_if_judge_with_them(world: World, live: SandboxCluster, gina: Person) -> None:
    """The demo runs two pods of each workload in prod, one of web in dev."""
    in_force(world)
    tight = source(0, "1.1.0")

    scan()
    found = supposed(gina, NAME, source=tight, namespace="payments-dev")

    dev = reports(gina)["payments-dev"]
    assert [one for one in dev["results"] if one["policy"] == NAME] == []
    assert {one["findings"][0]["message"] for one in found["results"]} == {"At most 0"}
    assert supposed(gina, NAME, namespace="payments-dev")["results"] == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Policy, binding and parameters in files of their own."""
    (tmp_path / "zz-policy.yaml").write_text(whole.POLICY)
    (tmp_path / "bindings").mkdir()
    (tmp_path / "bindings" / "everywhere.yaml").write_text(whole.BINDING)
    (tmp_path / "params.yaml").write_text(whole.params() + whole.params(2, "payments-dev"))
    return tmp_path


def load(path: Path, *arguments: str) -> list[str]:
    out = StringIO()
    call_command("load_policies", str(path), *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_a_folder_is_loaded_with_all_that_belongs_to_them(world: World, folder: Path, alice: Person) -> None:
    Policy.objects.all().delete()

    assert load(folder) == ["Policy few-replicas"]

    policy = Policy.objects.get()
    assert policy.source == whole.POLICY + whole.BINDING + whole.params() + whole.params(2, "payments-dev")
    assert load(folder) == ["Policy few-replicas: as it is in force"]
    assert apply(alice, replicas(3))[0] == 422


def test_else_somebody_asks_for_it_once(world: World, folder: Path, carol: Person, dave: Person) -> None:
    (first,) = load(folder, "--as", "alice")
    (again,) = load(folder, "--as", "alice")
    request = executed(world, ActionRequest.objects.get())
    assert first == f"Policy few-replicas: asked for, request {request.id} waits for its owners"
    assert again.startswith("Policy few-replicas: asked for already, ")
    approve(request, carol, dave)
    world.work()
    assert load(folder) == ["Policy few-replicas: as it is in force"]

    (folder / "zz-policy.yaml").write_text(whole.POLICY.replace("1.0.0", "1.1.0"))
    (folder / "params.yaml").write_text(whole.params() + whole.params(4, "payments-dev"))
    load(folder, "--as", "alice")

    newest = executed(world, ActionRequest.objects.latest("created_at"))
    assert '+  data: {most: "4"}' in difference(newest)


def test_what_binds_nothing_is_noted(world: World, folder: Path) -> None:
    Policy.objects.all().delete()
    (folder / "other.yaml").write_text(whole.BINDING.replace("policyName: few-replicas", "policyName: other"))

    note, done = load(folder)

    assert note == f"Note: {folder}/other.yaml:7:15: there is no policy other here, so this binding binds nothing"
    assert done == "Policy few-replicas"


def test_policies_of_other_engines_have_to_become_ours_first(world: World, tmp_path: Path) -> None:
    file = tmp_path / "vap.yaml"
    file.write_text(ADMISSION)

    with pytest.raises(CommandError) as refused:
        load(file)

    told = "is a policy of another engine: make one of ours of it (autonomy policies import), and add what is missing"
    assert str(refused.value) == f"{file}:1:1: {told}"


def test_what_a_cluster_would_not_find_is_told_where_it_was_written(world: World, folder: Path) -> None:
    (folder / "params.yaml").write_text(whole.params().replace(", namespace: shop", ""))

    with pytest.raises(PolicyError) as refused:
        import_policies(folder, actor=Actor.command("test"), asking=None)

    assert f"{folder}/params.yaml:4:11: a ConfigMap lies in a namespace" in str(refused.value)
