"""`autonomy policies import`: policies of other engines become files of our own, and a person hears what to add."""

from pathlib import Path

import pytest
import yaml

from guidance.documents.source import PolicyError
from guidance.judging.compiled import compile_policies
from guidance.judging.results import judge
from guidance.policies.policy import parse_policy
from tests.cli.conftest import Check, Write, WritePolicy
from tests.cli.test_other_engines import ADMISSION, BINDING, EXCEPTION, GATEKEEPER, KYVERNO, PARAMS
from tests.guidance.manifests import deployment, pod_spec, workload

WRITTEN_ABOUT = """\
annotations:
      policies.kyverno.io/title: Own network
      policies.kyverno.io/description: Nodes are shared.
      policies.kyverno.io/severity: high
"""
NAMED = KYVERNO.replace("{name: own-network}", f"\n    name: own-network\n    {WRITTEN_ABOUT}".rstrip())
EXAMPLES = """\
examples:
  pass: [{name: small, manifest: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: b}]}}}]
  fail: [{name: x, manifest: {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {}}, findings: [{path: ""}]}]
"""


def test_what_is_known_is_filled_in_and_what_is_not_is_named(autonomy: Check, write: Write, tmp_path: Path) -> None:
    write("other/kyverno.yaml", NAMED.replace("ACTION", "Audit"))
    write("other/gatekeeper.yaml", GATEKEEPER)

    done = autonomy("policies", "import", str(tmp_path / "other"), "--to", str(tmp_path / "ours"))

    assert (done.code, done.out) == (0, "")
    assert done.err == (
        "own-network: add guidance.owner, examples\n"
        "onlybots-deploys: add guidance.title, guidance.rationale, guidance.severity, guidance.owner, examples\n"
    )
    written = yaml.safe_load((tmp_path / "ours" / "own-network.yaml").read_text())
    assert (written["metadata"], written["guidance"]) == (
        {"name": "own-network"},
        {"title": "Own network", "rationale": "Nodes are shared.", "severity": "high", "enforcement": "advisory", "version": "1.0.0"},
    )
    assert sorted(file.name for file in (tmp_path / "ours").iterdir()) == ["onlybots-deploys.yaml", "own-network.yaml"]


def test_with_what_is_added_it_is_a_policy_of_ours_with_the_same_verdicts(autonomy: Check, write: Write, tmp_path: Path) -> None:
    file = write("kyverno.yaml", NAMED.replace("ACTION", "Deny"))
    text = autonomy("policies", "import", str(file)).out

    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "own-network.yaml")
    assert [problem.message for problem in caught.value.problems] == [
        "the field 'owner' is missing: add it here",
        "the field 'examples' is missing: add it here",
    ]

    whole = compile_policies([parse_policy(text.replace("version:", "owner: security\n  version:") + EXAMPLES, "own-network.yaml")])
    kinds = [workload(kind, pod_spec(hostNetwork=True)) for kind in ("Pod", "Deployment", "PodTemplate")]
    assert [[result.outcome.value for result in judge(whole, manifest).results] for manifest in kinds] == [["fail"], ["fail"], []]
    assert [result.outcome.value for result in judge(whole, deployment()).results] == ["pass"]


def test_bindings_and_parameters_come_along_and_what_has_no_place_in_a_file_is_said_in_it(autonomy: Check, write: Write) -> None:
    file = write("all.yaml", "---\n".join([ADMISSION, BINDING, PARAMS, KYVERNO.replace("ACTION", "Deny") + EXCEPTION]))

    text = autonomy("policies", "import", str(file)).out

    first, binding, params, second = text.split("\n---\n")
    assert "Mind:" not in first
    assert yaml.safe_load(binding) == yaml.safe_load(BINDING)
    assert yaml.safe_load(params) == yaml.safe_load(PARAMS)
    assert "# - the PolicyException agents lets objects pass: ask for an exemption\n" in second


def test_bindings_do_what_the_level_says_unless_they_differ(autonomy: Check, write: Write) -> None:
    """One that only warns is what the level `advisory` says; where one of two only warns, it stays so."""
    warns = BINDING.replace("[Deny]", "[Warn]")
    other = warns.replace("name: registry", "name: other", 1)

    alone = list(yaml.safe_load_all(autonomy("policies", "import", str(write("alone.yaml", f"{ADMISSION}---\n{warns}---\n{PARAMS}"))).out))
    text = autonomy("policies", "import", str(write("two.yaml", f"{ADMISSION}---\n{BINDING}---\n{other}---\n{PARAMS}"))).out

    assert (alone[0]["guidance"]["enforcement"], alone[1]["spec"]["validationActions"]) == ("advisory", ["Deny"])
    assert [one["spec"]["validationActions"] for one in list(yaml.safe_load_all(text))[1:3]] == [["Deny"], ["Warn"]]
    assert "# - some of its bindings only warn, whatever the level of the policy in that place\n" in text


def test_parameters_that_are_not_there_are_asked_for(autonomy: Check, write: Write) -> None:
    text = autonomy("policies", "import", str(write("bare.yaml", f"{ADMISSION}---\n{BINDING}"))).out

    assert "# - it takes its parameters from objects of the kind ConfigMap (v1): add them behind it, after ---\n" in text


def test_nothing_is_written_over(autonomy: Check, write: Write, tmp_path: Path) -> None:
    file = write("both.yaml", "---\n".join([KYVERNO.replace("ACTION", "Deny"), GATEKEEPER]))
    write("ours/own-network.yaml", "mine")

    done = autonomy("policies", "import", str(file), "--to", str(tmp_path / "ours"))

    assert (done.code, done.err.splitlines()[0]) == (
        2,
        f"error: {tmp_path}/ours/own-network.yaml:1:1: is there already: nothing was written",
    )
    assert [one.name for one in (tmp_path / "ours").iterdir()] == ["own-network.yaml"]
    assert (tmp_path / "ours" / "own-network.yaml").read_text() == "mine"


def test_policies_of_our_own_need_no_import(autonomy: Check, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'true'}]")

    done = autonomy("policies", "import", str(file))

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"error: {file}:1:1: holds no policy of another engine\n")


def test_a_policy_that_does_not_compile_is_not_imported(autonomy: Check, write: Write, tmp_path: Path) -> None:
    file = write("kyverno.yaml", KYVERNO.replace("ACTION", "Deny").replace("object.spec", "objec.spec"))

    done = autonomy("policies", "import", str(file), "--to", str(tmp_path / "ours"))

    assert (done.code, (tmp_path / "ours").exists()) == (2, False)
    assert done.err.startswith(f"error: {file}:10:25: the expression does not compile: undeclared reference to 'objec.spec")
