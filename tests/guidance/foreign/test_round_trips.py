"""What is written for a cluster says there what it says here, and what comes back from it says so again: a real API server is asked."""

import itertools
import json
import re
from collections.abc import Callable, Iterator

import httpx
import pytest
import yaml

from devstack.controlplane.server import ControlPlane
from guidance.documents.writing import as_yaml
from guidance.foreign.bundle import Bundle
from guidance.foreign.exceptions import exempted
from guidance.foreign.exporting import Where, objects
from guidance.foreign.files import bundle
from guidance.judging.compiled import compile_policies
from guidance.judging.evaluation import evaluate
from guidance.judging.subject import admit
from guidance.policies.load import MAIN_PACK
from tests.controlplane.polling import until
from tests.guidance.foreign import test_admission, test_exceptions, test_gatekeeper, test_kyverno
from tests.guidance.manifests import Manifest, container, pod_spec, workload

API = "/apis/admissionregistration.k8s.io/v1/"
PATHS = {
    "ValidatingAdmissionPolicy": API + "validatingadmissionpolicies",
    "ValidatingAdmissionPolicyBinding": API + "validatingadmissionpolicybindings",
    "ConfigMap": "/api/v1/namespaces/{namespace}/configmaps",
}
NUMBERS = itertools.count(1)
DENIAL = re.compile(r"denied request: (.*)", re.DOTALL)
WARNING = re.compile(r'^299 - "Validation failed for ValidatingAdmissionPolicy \'[^\']*\' with binding \'[^\']*\': (.*)"$')
Apply = Callable[[str], str]
Said = list[tuple[str, str]]
"""`("Deny", message)` or `("Warn", message)`."""


@pytest.fixture
def admin(control_plane: ControlPlane, config_maps_are_parameters: None) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


@pytest.fixture
def namespace(admin: httpx.Client) -> str:
    name = f"round-trip-{next(NUMBERS)}"
    admin.post("/api/v1/namespaces", json={"metadata": {"name": name}}).raise_for_status()
    until(lambda: admin.get(f"/api/v1/namespaces/{name}/serviceaccounts/default").is_success)
    return name


@pytest.fixture
def apply(admin: httpx.Client, namespace: str) -> Iterator[Apply]:
    """Makes the objects of a YAML text, and gives them as the cluster has them then; they go away again after the test."""
    made: list[str] = []

    def apply(text: str) -> str:
        for one in yaml.safe_load_all(text):
            path = PATHS[one["kind"]].format(namespace=namespace)
            answer = admin.post(path, json=one)
            assert answer.is_success, answer.text
            made.append(f"{path}/{one['metadata']['name']}")
        return json.dumps({"apiVersion": "v1", "kind": "List", "items": [admin.get(path).json() for path in made]})

    yield apply
    for path in reversed(made):
        admin.delete(path).raise_for_status()


@pytest.fixture
def cluster_says(admin: httpx.Client, namespace: str) -> Callable[[Manifest], Said]:
    def cluster_says(pod: Manifest) -> Said:
        answer = admin.post(f"/api/v1/namespaces/{namespace}/pods?dryRun=All", json=pod)
        warned = [found.group(1) for text in answer.headers.get_list("Warning") if (found := WARNING.match(text))]
        if answer.is_success:
            return [("Warn", message) for message in warned]
        denial = DENIAL.search(str(answer.json()["message"]))
        assert denial, answer.text
        return [("Deny", denial.group(1)), *(("Warn", message) for message in warned)]

    return cluster_says


def we_say(found: Bundle, pod: Manifest, namespace: str) -> Said:
    allowed = exempted(found.exceptions, pod, namespace=namespace)
    evaluation = evaluate(compile_policies(found.policies), pod, namespace=namespace, enforcement=found.levels)
    findings = [finding for finding in evaluation.findings if finding.policy not in allowed]
    return [("Warn" if finding.enforcement == "advisory" else "Deny", finding.message) for finding in findings]


def named(name: str, **changes: object) -> Manifest:
    return workload("Pod", pod_spec(**changes)) | {"metadata": {"name": name, "labels": {"app": name}}}


GOOD = named("good")
HOSTED = named("hosted", hostNetwork=True)
AGENT = named("agent-logs", hostNetwork=True)
TWO = named("two", containers=[container(), container(name="side")])
TOOL = TWO | {"metadata": {"name": "tool", "labels": {"tool": "x"}}}
OWNED = GOOD | {"metadata": {"name": "owned", "labels": {"owner": "alice"}}}
FOREIGN = named("foreign", containers=[container(image="docker.example/api:1.4.2")])
TRUSTWORTHY = named("trustworthy", containers=[container(image="registry.example/api:1.4.2")])
PODS = [GOOD, HOSTED, AGENT, TWO, TOOL, OWNED, FOREIGN, TRUSTWORTHY]


def admission(namespace: str, actions: str = "[Deny]") -> list[str]:
    binding = test_admission.BINDING.replace(": shop", f": {namespace}").replace("platform", namespace).replace("[Deny]", actions)
    return [test_admission.POLICY, binding, test_admission.PARAMS.replace("platform", namespace)]


def gatekeeper(namespace: str, **match: object) -> list[str]:
    about_pods = {"kinds": [{"apiGroups": [""], "kinds": ["Pod"]}], **match}
    return [test_gatekeeper.TEMPLATE, test_gatekeeper.constraint(match=about_pods)]


TRUSTED = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: trustedimages}
spec:
  crd: {spec: {names: {kind: TrustedImages}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    code:
    - engine: K8sNativeValidation
      source:
        variables:
        - name: every
          expression: |
            (has(variables.anyObject.spec.containers) ? variables.anyObject.spec.containers : []) +
            (has(variables.anyObject.spec.initContainers) ? variables.anyObject.spec.initContainers : [])
        - name: free
          expression: "!has(variables.params.free) ? [] : variables.params.free.map(f, string(f).replace('*', ''))"
        - name: foreign
          expression: |
            variables.every.filter(c, !variables.free.exists(f, string(c.image).startsWith(f)))
              .filter(c, !variables.params.registries.exists(r, string(c.image).startsWith(r)))
              .map(c, "<" + c.name + "> runs <" + c.image + ">")
        validations:
        - expression: size(variables.foreign) <= variables.params.most
          messageExpression: variables.foreign.join(", ")
"""


def trusted(_: str, **parameters: object) -> list[str]:
    about = {"registries": ["registry.example/"], "most": 0, **parameters}
    constraint = test_gatekeeper.constraint("ours", about, match={"kinds": [{"kinds": ["Pod"]}]})
    return [TRUSTED, constraint.replace("NeedsLabels", "TrustedImages")]


CASES: dict[str, Callable[[str], list[str]]] = {
    "a policy, its binding and its parameters": admission,
    "a binding that warns": lambda namespace: admission(namespace, "[Warn]"),
    "Kyverno's policy": lambda _: [test_kyverno.POLICY],
    "Kyverno's policy that only reports": lambda _: [test_kyverno.POLICY.replace("[Deny]", "[Audit]")],
    "Kyverno's policy with an exception": lambda _: [test_kyverno.POLICY, test_exceptions.EXCEPTION],
    "Gatekeeper's constraint": gatekeeper,
    "Gatekeeper's constraint with parameters of several types": lambda namespace: trusted(namespace, free=["api:*"], note=[1, "a", None]),
    "Gatekeeper's constraint without some of its parameters": trusted,
    "Gatekeeper's constraint on names": lambda namespace: gatekeeper(
        namespace, name="*o*", namespaces=["round-*"], excludedNamespaces=["kube-*"]
    ),
}


@pytest.mark.parametrize("title", CASES)
def test_policies_of_other_engines_say_in_a_cluster_what_they_say_here(
    title: str, namespace: str, apply: Apply, cluster_says: Callable[[Manifest], Said]
) -> None:
    found = bundle({"policies.yaml": "---\n".join(CASES[title](namespace))})
    written = as_yaml(objects(found, where=Where(namespaces=(namespace,))))
    expected = {pod["metadata"]["name"]: we_say(found, pod, namespace) for pod in PODS}
    refused = next(pod for pod in PODS if expected[pod["metadata"]["name"]])

    there = apply(written)
    until(lambda: cluster_says(refused))

    assert {pod["metadata"]["name"]: cluster_says(pod) for pod in PODS} == expected
    assert [] in expected.values()
    for back in (bundle({"back.yaml": written}), bundle({"back.json": there})):
        assert {pod["metadata"]["name"]: we_say(back, pod, namespace) for pod in PODS} == expected


def as_pod(manifest: Manifest, name: str) -> Manifest:
    """The pod of an example."""
    subject = admit(manifest)
    return {**(subject.pod or subject.own).document, "metadata": {"name": name}}


OURS = ["no-host-namespaces", "no-latest-tag", "no-privileged", "requests-and-limits", "run-as-non-root"]


@pytest.mark.parametrize("name", OURS)
def test_policies_of_our_own_come_back_from_a_cluster_with_what_people_wrote_and_the_same_verdicts(
    name: str, namespace: str, apply: Apply, cluster_says: Callable[[Manifest], Said]
) -> None:
    found = bundle({name: (MAIN_PACK / f"{name}.yaml").read_text()})
    (policy,) = found.policies
    examples = (*policy.examples.passing, *policy.examples.failing)
    pods = [as_pod(example.manifest, f"pod-{number}") for number, example in enumerate(examples)]
    written = as_yaml(objects(found, where=Where(namespaces=(namespace,))))
    expected = [bool(we_say(found, pod, namespace)) for pod in pods]

    there = apply(written)
    until(lambda: any(cluster_says(pod) for pod in pods))

    assert [bool(cluster_says(pod)) for pod in pods] == expected
    for back in (bundle({"back.yaml": written}), bundle({"back.json": there})):
        assert [bool(we_say(back, pod, namespace)) for pod in pods] == expected
        assert back.policies[0].guidance == policy.guidance
