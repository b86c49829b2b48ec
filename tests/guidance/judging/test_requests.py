"""What an API server has filled in before it asks policies: the request, and a name that it makes itself."""

import pytest

from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import evaluate
from guidance.policies.binding import NOTHING_MORE, Context
from tests.guidance.conftest import Write
from tests.guidance.manifests import Manifest, pod_spec, workload

POD = workload("Pod", pod_spec())
REQUEST = """
validations:
- expression: "false"
  messageExpression: >-
    string(request.dryRun) + " " + request.options.kind + " '" + request.uid + "' " + string(has(request.subResource)) + " " + request.name
"""


def told(policy: CompiledPolicy, manifest: Manifest, old: Manifest | None = None, context: Context = NOTHING_MORE) -> list[str]:
    return [finding.message for finding in evaluate([policy], manifest, old=old, context=context).findings]


def test_a_request_has_what_every_request_has(write: Write) -> None:
    policy = write(REQUEST)

    assert told(policy, POD) == ["false CreateOptions '' false api"]
    assert told(policy, POD, POD) == ["false UpdateOptions '' false api"]
    assert told(policy, POD, context=Context(request={"dryRun": True, "uid": "1"})) == ["true CreateOptions '1' false api"]


@pytest.mark.parametrize(("prefix", "name"), [("web-", "web-xxxxx"), ("w" * 63, "w" * 58 + "xxxxx")])
def test_a_name_is_made_before_policies_are_asked(write: Write, prefix: str, name: str) -> None:
    policy = write("validations: [{expression: 'false', messageExpression: object.metadata.name + ' ' + request.name}]")
    pod = {**POD, "metadata": {"generateName": prefix}}

    assert told(policy, pod) == [f"{name} {name}"]
    assert pod["metadata"] == {"generateName": prefix}


def test_rules_about_a_made_name_are_told_where_the_manifest_has_it(write: Write) -> None:
    policy = write("validations: [{expression: object.metadata.name.startsWith('web-'), path: /metadata/name, message: not web}]")

    (finding,) = evaluate([policy], {**POD, "metadata": {"generateName": "api-"}}).findings

    assert (finding.message, finding.path, finding.current) == ("not web", "/metadata/name", None)
    assert told(policy, {**POD, "metadata": {"generateName": "web-"}}) == []


def test_an_object_selector_reads_the_labels_before_an_update_too(write: Write) -> None:
    """Else a policy is escaped by taking the label off."""
    policy = write("validations: [{expression: 'false', message: asked}]", more_constraints="objectSelector: {matchLabels: {env: prod}}")
    prod = {**POD, "metadata": {"name": "api", "labels": {"env": "prod"}}}

    assert told(policy, POD, prod) == ["asked"]
    assert told(policy, prod, POD) == ["asked"]
    assert told(policy, POD, POD) == []
    assert told(policy, POD) == []
