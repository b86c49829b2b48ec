"""Policies see what an API server makes of a manifest; findings, current values and fixes are about what was written."""

from dataclasses import replace

import pytest

from guidance.documents.patch import apply
from guidance.judging.compiled import CompiledPolicy
from guidance.judging.evaluation import evaluate
from guidance.judging.together import WORTH_IT
from tests.guidance.conftest import Write
from tests.guidance.manifests import WORKLOADS, Manifest, container, deployment, workload

AT_MOST_FIVE = """
validations:
- expression: object.spec.replicas <= 5
  path: /spec/replicas
  messageExpression: string(object.spec.replicas) + " are too many"
"""
CPU = """
validations:
- expression: object.spec.containers.all(c, quantity(c.resources.limits["cpu"]).isLessThan(quantity("3")))
  messageExpression: object.spec.containers[0].resources.limits["cpu"] + " are too many"
"""
EVERYTHING = '- {apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*"]}'


def told(policy: CompiledPolicy, manifest: Manifest) -> list[tuple[str, str]]:
    return [(finding.message, finding.path) for finding in evaluate([policy], manifest).findings]


def test_what_kubernetes_fills_in_is_seen(write: Write) -> None:
    """The example of Kubernetes' own documentation."""
    policy = write(AT_MOST_FIVE, group="apps", resources="deployments")
    one, six = deployment(), deployment()
    six["spec"]["replicas"] = 6

    assert told(policy, one) == []
    assert told(policy, six) == [("6 are too many", "/spec/replicas")]


@pytest.mark.parametrize("cpu", [4, "4", "4000m"])
@pytest.mark.parametrize("kind", ["Pod", *WORKLOADS])
def test_quantities_are_text_however_they_are_written(write: Write, kind: str, cpu: object) -> None:
    def manifest(cpu: object) -> Manifest:
        return workload(kind, {"containers": [container(resources={"limits": {"cpu": cpu}})]})

    policy = write(CPU)

    assert told(policy, manifest(2)) == []
    assert [message for message, _ in told(policy, manifest(cpu))] == ["4 are too many"]


def test_a_value_that_is_not_there_is_told_as_that_and_added_by_the_fix(write: Write) -> None:
    policy = write("""
        validations:
        - each: containers
          expression: container.imagePullPolicy == "Always"
          path: /imagePullPolicy
          messageExpression: container.name + " has " + container.imagePullPolicy
          fix: [{set: /imagePullPolicy, value: Always}]
    """)
    manifest = deployment(image="api:1.4.2")

    (finding,) = evaluate([policy], manifest).findings

    assert (finding.message, finding.path) == ("web has IfNotPresent", "/spec/template/spec/containers/0/imagePullPolicy")
    assert (finding.current, finding.container) == (None, "web")
    assert finding.fix == [{"op": "add", "path": "/spec/template/spec/containers/0/imagePullPolicy", "value": "Always"}]
    assert apply(manifest, finding.fix) == deployment(image="api:1.4.2", imagePullPolicy="Always")


def test_the_object_before_is_filled_in_too(write: Write) -> None:
    policy = write("validations: [{expression: object.spec.replicas >= oldObject.spec.replicas}]", group="apps", resources="deployments")
    two = deployment()
    two["spec"]["replicas"] = 2

    assert evaluate([policy], two, old=deployment()).findings == ()
    assert len(evaluate([policy], deployment(), old=two).findings) == 1


def test_a_policy_about_the_text_sees_what_was_written(write: Write) -> None:
    text = "validations: [{expression: has(object.spec.restartPolicy)}]"
    pod = workload("Pod", {"containers": [container()]})

    assert told(write(text), pod) == []
    assert told(write(f"asWritten: true\n{text}"), pod) == [("failed expression: has(object.spec.restartPolicy)", "")]


def test_the_manifest_is_not_changed(write: Write) -> None:
    manifest = deployment(resources={"limits": {"cpu": 4}})

    assert len(told(write(CPU), manifest)) == 1

    assert manifest == deployment(resources={"limits": {"cpu": 4}})


def test_many_objects_are_judged_as_one_is(write: Write) -> None:
    """From some number on, policies are asked together."""
    policies = [write(AT_MOST_FIVE, group="apps", resources="deployments"), write(CPU, name="cpu")]
    policies.append(replace(write("validations: [{expression: '!has(object.spec.restartPolicy)'}]", name="text"), as_written=True))
    good, bad = deployment(resources={"limits": {"cpu": 2}}), deployment(resources={"limits": {"cpu": 4}})

    for _ in range(WORTH_IT + 3):
        assert evaluate(policies, good).findings == ()
        assert [finding.policy for finding in evaluate(policies, bad).findings] == ["cpu"]


def test_rules_that_name_workloads_and_pods_judge_the_pod_of_a_workload_as_well(write: Write) -> None:
    """In a cluster the Deployment is let in, and none of its pods."""
    policy = write(
        """
        matchConditions: [{name: pods, expression: 'object.kind == "Pod"'}]
        validations: [{expression: 'object.spec.containers.all(c, !c.image.endsWith(":latest"))', message: no latest}]
        """,
        resources="nothing",
        more_constraints=EVERYTHING,
    )

    assert told(policy, deployment(image="web:latest")) == [("no latest", "/spec/template")]
    assert told(policy, deployment()) == []


def test_a_label_that_both_need_is_told_for_both(write: Write) -> None:
    text = "validations: [{expression: 'has(object.metadata.labels) && has(object.metadata.labels.owner)', message: no owner}]"
    policy = write(text, resources="nothing", more_constraints=EVERYTHING)
    manifest = deployment()

    assert told(policy, manifest) == [("no owner", ""), ("no owner", "/spec/template")]
    manifest["metadata"]["labels"]["owner"] = "alice"
    assert told(policy, manifest) == [("no owner", "/spec/template")]
    manifest["spec"]["template"]["metadata"] = {"labels": {"owner": "alice"}}
    assert told(policy, manifest) == []


def test_a_policy_that_looks_into_the_template_itself_says_it_once(write: Write) -> None:
    policy = write(
        """
        variables: [{name: pod, expression: "object.kind == 'Pod' ? object.spec : object.spec.template.spec"}]
        validations: [{expression: "variables.pod.containers.all(c, !c.image.endsWith(':latest'))", message: no latest}]
        """,
        resources="nothing",
        more_constraints=EVERYTHING,
    )

    for _ in range(WORTH_IT + 3):
        assert told(policy, deployment(image="web:latest")) == [("no latest", "")]
    assert told(policy, workload("Pod", {"containers": [container(image="web:latest")]})) == [("no latest", "")]
