"""`autonomy policies`: what there is, whether its examples are true, and the same for a cluster."""

import json
from collections.abc import Callable

import pytest
import yaml

from cli.main import main
from guidance.policies.binding import Binding
from guidance.policies.load import MAIN_PACK
from tests.cli.conftest import NO_HOST_NETWORK, PINNED, POD, Done, WritePolicy

Policies = Callable[..., Done]


@pytest.fixture
def policies(capsys: pytest.CaptureFixture[str]) -> Policies:
    """`autonomy policies` with these arguments."""

    def policies(*arguments: str) -> Done:
        capsys.readouterr()
        code = main(["policies", *arguments])
        return Done(code, *capsys.readouterr())

    return policies


def test_packs_are_listed(policies: Policies) -> None:
    done = policies("list")

    lines = done.out.splitlines()
    assert (done.code, lines[0].split()) == (0, ["PACK", "POLICIES", "TITLE"])
    assert [line.split()[0] for line in lines[1:]] == ["best-practices", "main", "network", "pss-baseline", "pss-restricted", "rbac"]
    assert lines[2] == "main            6         What the product starts with"
    assert [row["pack"] for row in json.loads(policies("list", "-o", "json").out)["packs"]] == [line.split()[0] for line in lines[1:]]


def test_the_policies_of_a_pack_are_listed_with_its_levels(policies: Policies) -> None:
    done = policies("list", "main")

    assert done.out.splitlines()[:2] == [
        "POLICY               VERSION  SEVERITY  ENFORCEMENT     TITLE",
        "no-host-namespaces   1.0.0    high      hard-mandatory  Pods stay out of the node's namespaces",
    ]
    rows = json.loads(policies("list", "best-practices", "-o", "json").out)["policies"]
    assert {row["enforcement"] for row in rows} == {"advisory"}


def test_a_policy_is_shown_for_people_and_as_it_was_written(policies: Policies) -> None:
    shown = policies("show", "no-host-namespaces").out

    assert shown.startswith(
        "no-host-namespaces 1.0.0: Pods stay out of the node's namespaces\n\nhard-mandatory, severity high, owned by security"
    )
    assert "- All three\n" in shown
    text = (MAIN_PACK / "no-host-namespaces.yaml").read_text()
    assert policies("show", "no-host-namespaces", "--source").out == text


def test_a_policy_that_nobody_knows_is_told_with_its_neighbour(policies: Policies) -> None:
    done = policies("show", "no-host-namespace")

    assert (done.code, done.err) == (2, "error: no pack has a policy 'no-host-namespace': did you mean no-host-namespaces?\n")


def test_true_examples_pass(policies: Policies) -> None:
    done = policies("test", "main", str(MAIN_PACK / "no-privileged.yaml"))

    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("7 policies, ")
    assert done.out.endswith(" examples: all are true.\n")


def test_an_example_that_is_not_true_is_told_with_its_place(policies: Policies, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'true'}]")

    done = policies("test", str(file))

    assert done.code == 1
    assert done.out == "1 policy, 2 examples: 7 things not as they say.\n"
    assert f"error: {file}:19:10: should pass, but: apiVersion is missing. (/apiVersion)" in done.err


def test_a_finding_about_the_whole_manifest_has_a_place_too(policies: Policies, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'true'}]")
    file.write_text(file.read_text().replace("path: /x", 'path: ""'))

    assert "should have a finding at /, but has none" in policies("test", str(file)).err


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("path: /spec/hostNetwork, fixed: false", "has a fix: leave fixed: false out"),
        ("path: /spec/hostNetwork, container: web", "is about no container: leave container: web out"),
        ("path: /spec/hostNetwork, message: No.", 'says "The pod uses the node\'s network.", not "No."'),
        ("path: /spec/containers/0/image, container: web", "has no fix: write fixed: false"),
        ("path: /spec/containers/0/image, fixed: false", "is about the container web: write container: web"),
    ],
)
def test_a_finding_that_is_not_as_expected_is_told_in_words(policies: Policies, policy: WritePolicy, expected: str, told: str) -> None:
    file = policy(NO_HOST_NETWORK if "hostNetwork" in expected else PINNED)
    manifest = json.dumps(yaml.safe_load(POD))
    text = file.read_text().partition("examples:")[0]
    file.write_text(
        f"{text}examples:\n  pass: [{{name: n, manifest: {manifest.replace('true', 'false').replace('latest', '1')}}}]\n"
        f"  fail: [{{name: n, manifest: {manifest}, findings: [{{{expected}}}]}}]\n"
    )

    done = policies("test", str(file))

    path = expected.removeprefix("path: ").partition(",")[0]
    assert done.code == 1
    assert f"the finding at {path} {told}\n" in done.err


def test_what_a_cluster_would_refuse_is_noted(policies: Policies, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: object.spec.hostPID}]")

    assert f"note: {file}:17:30: a cluster takes only BOOL here" in policies("test", str(file)).err


def test_policies_are_written_for_a_cluster_with_their_bindings(policies: Policies) -> None:
    done = policies("export", "main")

    objects = list(yaml.safe_load_all(done.out))
    assert done.code == 0
    assert [(one["kind"], one["metadata"]["name"]) for one in objects[:2]] == [
        ("ValidatingAdmissionPolicy", "no-host-namespaces"),
        ("ValidatingAdmissionPolicyBinding", "no-host-namespaces"),
    ]
    assert objects[0]["spec"]["validations"][0] == {
        "expression": "!object.spec.?hostNetwork.orValue(false)",
        "message": "The pod uses the node's network (hostNetwork), where no network policy holds. Publish its port with a Service.",
        "reason": "Forbidden",
    }
    bindings = [Binding.model_validate(one) for one in objects[1::2]]
    assert [binding.spec.validation_actions for binding in bindings] == [("Deny",)] * 4 + [("Warn",), ("Deny",)]
    assert {
        action
        for one in yaml.safe_load_all(policies("export", "main", "--action", "Audit").out)
        for action in one["spec"].get("validationActions", [])
    } == {"Audit"}


def test_a_policy_with_parameters_is_bound_to_all_of_them(policies: Policies, policy: WritePolicy) -> None:
    file = policy("paramKind: {apiVersion: v1, kind: ConfigMap}\nvalidations: [{expression: 'params.data.x == \"1\"', message: No.}]")

    _, binding = yaml.safe_load_all(policies("export", str(file)).out)

    assert binding["spec"] == {
        "policyName": "tested",
        "validationActions": ["Deny"],
        "paramRef": {"selector": {}, "parameterNotFoundAction": "Deny"},
    }


@pytest.mark.parametrize("arguments", [("list", "nothing"), ("test", "main@v1"), ("export", "pss-baseline@v9.9")])
def test_what_is_not_there_is_told(policies: Policies, arguments: tuple[str, ...]) -> None:
    done = policies(*arguments)

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
