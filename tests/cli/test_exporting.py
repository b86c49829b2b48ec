"""`autonomy policies export`: everything that can be read, written for a cluster."""

import pytest
import yaml

from guidance.foreign.files import bundle
from tests.cli.conftest import Check, Write
from tests.cli.test_other_engines import ADMISSION, BINDING, EXCEPTION, GATEKEEPER, KYVERNO, PARAMS

NARROW = ("--namespace", "shop", "--namespace", "cart", "--namespace-selector", "stage=prod", "--object-selector", "app=web")


def test_bindings_hold_where_they_are_told_to(autonomy: Check) -> None:
    objects = list(yaml.safe_load_all(autonomy("policies", "export", "main", *NARROW).out))

    assert objects[1]["spec"] == {
        "policyName": "no-host-namespaces",
        "validationActions": ["Deny"],
        "matchResources": {
            "namespaceSelector": {
                "matchLabels": {"stage": "prod"},
                "matchExpressions": [{"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["shop", "cart"]}],
            },
            "objectSelector": {"matchLabels": {"app": "web"}},
        },
    }


def test_what_people_read_goes_along(autonomy: Check) -> None:
    first = next(yaml.safe_load_all(autonomy("policies", "export", "main").out))

    about = first["metadata"]["annotations"]
    assert {key: about[f"guidance.autonomy/{key}"] for key in ("title", "severity", "enforcement", "version", "owner")} == {
        "title": "Pods stay out of the node's namespaces",
        "severity": "high",
        "enforcement": "hard-mandatory",
        "version": "1.0.0",
        "owner": "security",
    }


def test_a_policy_that_has_bindings_keeps_them_with_its_parameters(autonomy: Check, write: Write) -> None:
    file = write("all.yaml", f"{PARAMS}---\n{ADMISSION}---\n{BINDING}")

    policy, binding, params = yaml.safe_load_all(autonomy("policies", "export", str(file), "--namespace", "elsewhere").out)

    assert policy["spec"]["paramKind"] == {"apiVersion": "v1", "kind": "ConfigMap"}
    assert binding["spec"] == yaml.safe_load(BINDING)["spec"]
    assert params == yaml.safe_load(PARAMS)


def test_parameters_can_be_given(autonomy: Check, write: Write) -> None:
    policy, params = write("policy.yaml", ADMISSION + "---\n" + BINDING), write("params.yaml", PARAMS)

    assert list(yaml.safe_load_all(autonomy("policies", "export", str(policy), "--params", str(params)).out))[2] == yaml.safe_load(PARAMS)


def test_what_may_pass_by_an_exception_is_not_asked_about_and_its_end_is_noted(autonomy: Check, write: Write) -> None:
    ending = EXCEPTION + "  expiresAt: 2999-01-01T00:00:00Z\n"
    file = write("kyverno.yaml", KYVERNO.replace("ACTION", "Audit") + ending)

    done = autonomy("policies", "export", str(file))

    policy, binding = yaml.safe_load_all(done.out)
    assert policy["spec"]["matchConditions"] == [{"name": "not-agents", "expression": "!((object.metadata.name == 'agent'\n))"}]
    assert binding["spec"] == {"policyName": "own-network", "validationActions": ["Warn"]}
    told = "the PolicyException agents ends at 2999-01-01T00:00:00+00:00, which a cluster does not know: export the policy again then"
    assert done.err == f"note: {file}:18:14: {told}\n"


def test_what_a_cluster_would_refuse_is_noted(autonomy: Check, write: Write) -> None:
    file = write("all.yaml", ADMISSION.replace("message: Another registry.", "messageExpression: object.data.reason") + "---\n" + BINDING)

    exported = autonomy("policies", "export", str(file))

    assert exported.code == 0
    assert (
        "a cluster takes only STRING here, told from the expression alone, and this may give anything: write string(…) around it"
        in exported.err
    )


def test_what_is_about_the_text_is_noted(autonomy: Check) -> None:
    assert "service-account-field is about what its author wrote (asWritten)" in autonomy("policies", "export", "best-practices").err


def test_an_exception_that_is_over_is_left_out(autonomy: Check, write: Write) -> None:
    file = write("kyverno.yaml", KYVERNO.replace("ACTION", "Deny") + EXCEPTION + "  expiresAt: 2020-01-01T00:00:00Z\n")

    policy, _ = yaml.safe_load_all(autonomy("policies", "export", str(file)).out)

    assert "matchConditions" not in policy["spec"]


def test_what_was_written_is_read_again(autonomy: Check, write: Write) -> None:
    file = write("all.yaml", "---\n".join([KYVERNO.replace("ACTION", "Deny"), GATEKEEPER, ADMISSION, BINDING, PARAMS]))
    text = autonomy("policies", "export", str(file)).out

    back = bundle({"back.yaml": text})

    assert [policy.name for policy in back.policies] == ["registry", "own-network", "onlybots.deploys"]
    assert back.notes == ()
    again = autonomy("policies", "export", str(write("back.yaml", text))).out
    assert again == text


def test_a_label_is_a_key_and_a_value(autonomy: Check) -> None:
    with pytest.raises(SystemExit) as caught:
        autonomy("policies", "export", "main", "--object-selector", "web")

    assert caught.value.code == 2
