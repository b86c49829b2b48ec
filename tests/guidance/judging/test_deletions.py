"""What goes is judged by policies about deletions, as an API server asks them: there is no object, only the old one."""

from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import Finding, evaluate
from guidance.judging.results import judge
from guidance.policies.binding import Context
from tests.guidance.conftest import Write
from tests.guidance.manifests import Manifest, pod_spec, workload

DELETION = Context(request={"operation": "DELETE"})
KEPT = """
validations:
- expression: object != null || oldObject.metadata.?labels[?'keep'].orValue('') != 'true'
  messageExpression: "'keep ' + oldObject.metadata.name + ' ' + request.operation + ' ' + request.name + ' ' + request.options.kind"
  path: /metadata/labels/keep
  fix: [{remove: /metadata/labels/keep}]
"""
EACH = """
validations:
- each: {as: container, in: [/spec/containers]}
  expression: "false"
- expression: object != null
  message: gone
"""


def pod(**labels: str) -> Manifest:
    return {**workload("Pod", pod_spec()), "metadata": {"name": "api", "labels": labels}}


def found(policy: CompiledPolicy, manifest: Manifest) -> tuple[Finding, ...]:
    return evaluate([policy], manifest, context=DELETION).findings


def test_a_policy_about_deletions_sees_the_old_object_and_no_other(write: Write) -> None:
    policy = write(KEPT, operations="DELETE")

    (finding,) = found(policy, pod(keep="true"))

    assert finding.message == "keep api DELETE api DeleteOptions"
    assert (finding.path, finding.current) == ("/metadata/labels/keep", "true")
    assert finding.fix is None, "a fix would mend what is not there any more"
    assert found(policy, pod()) == ()


def test_other_policies_are_not_about_it(write: Write) -> None:
    assert judge([write(KEPT)], pod(keep="true"), context=DELETION).results == ()
    assert evaluate([write(KEPT, operations="DELETE")], pod(keep="true")).findings == ()


def test_what_is_gone_has_no_elements(write: Write) -> None:
    assert [finding.message for finding in found(write(EACH, operations="'*'"), pod())] == ["gone"]


def test_whoever_deletes_a_workload_makes_no_pods(write: Write) -> None:
    deployment = workload("Deployment", pod_spec())

    assert found(write("validations: [{expression: 'false'}]", operations="CREATE, DELETE"), deployment) == ()


def test_labels_of_what_goes_select_it(write: Write) -> None:
    policy = write(
        "validations: [{expression: 'false'}]", operations="DELETE", more_constraints="objectSelector: {matchLabels: {env: prod}}"
    )

    assert len(found(policy, pod(env="prod"))) == 1
    assert found(policy, pod(env="dev")) == ()
