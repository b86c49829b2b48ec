"""What cannot be judged is refused with one line that names it: no verdict is better than a wrong one."""

import pytest

from tests.guidance.foreign.conftest import Read, Told
from tests.guidance.foreign.test_kyverno import POLICY

IN_CEL = "cannot be judged here: write the rule as a ValidatingPolicy of policies.kyverno.io, in CEL"
OLD = """\
apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: old}
spec:
  rules:
  - name: first
    match: {any: [{resources: {kinds: [Pod]}}]}
    RULE
"""


@pytest.mark.parametrize(
    ("rule", "place", "construct"),
    [
        ("validate: {pattern: {spec: {hostNetwork: false}}}", "8:25", "spec.rules[0].validate.pattern"),
        ("validate: {message: No, anyPattern: [{a: b}]}", "8:41", "spec.rules[0].validate.anyPattern"),
        ("validate: {deny: {conditions: {any: [{key: '{{ request.name }}', operator: Equals, value: a}]}}}", "8:22", "….deny"),
        ("validate: {foreach: [{list: request.object.spec.containers, deny: {}}]}", "8:25", "….foreach"),
        ("validate: {podSecurity: {level: baseline, version: latest}}", "8:29", "….podSecurity"),
        ("validate: {cel: {expressions: [{expression: 'true'}]}}", "8:21", "….cel"),
        ("mutate: {patchStrategicMerge: {metadata: {labels: {a: b}}}}", "8:13", "spec.rules[0].mutate"),
        ("generate: {kind: ConfigMap, name: a}", "8:15", "spec.rules[0].generate"),
        ("verifyImages: [{imageReferences: ['*']}]", "8:19", "spec.rules[0].verifyImages"),
        ("context: []", "6:3", "spec.rules"),
    ],
)
@pytest.mark.parametrize("kind", ["ClusterPolicy", "Policy"])
def test_rules_that_are_not_in_cel_are_named(told: Told, kind: str, rule: str, place: str, construct: str) -> None:
    construct = construct.replace("…", "spec.rules[0].validate")

    assert told(OLD.replace("RULE", rule).replace("ClusterPolicy", kind)) == [f"{place}: {kind} old: {construct} {IN_CEL}"]


@pytest.mark.parametrize(
    ("api_version", "kind", "reason"),
    [
        ("policies.kyverno.io/v1", "ImageValidatingPolicy", "it asks the registries of images, which cannot be done here"),
        ("policies.kyverno.io/v1", "NamespacedImageValidatingPolicy", "it asks the registries of images, which cannot be done here"),
        ("policies.kyverno.io/v1alpha1", "MutatingPolicy", "it changes objects, and only what judges them is read here"),
        ("policies.kyverno.io/v1beta1", "GeneratingPolicy", "it makes objects, and only what judges them is read here"),
        ("policies.kyverno.io/v1", "NamespacedDeletingPolicy", "it deletes objects, and only what judges them is read here"),
        ("kyverno.io/v2", "PolicyException", "it belongs to a ClusterPolicy: write both in the form of policies.kyverno.io, in CEL"),
        ("kyverno.io/v2", "ClusterCleanupPolicy", "it deletes objects, and only what judges them is read here"),
        ("admissionregistration.k8s.io/v1beta1", "MutatingAdmissionPolicy", "it changes objects, and only what judges them is read here"),
        ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "it asks a webhook, which only a cluster can do"),
        ("mutations.gatekeeper.sh/v1", "Assign", "it changes objects, and only what judges them is read here"),
        ("externaldata.gatekeeper.sh/v1beta1", "Provider", "it asks another server, which cannot be done here"),
    ],
)
def test_kinds_that_cannot_be_judged_are_named(told: Told, api_version: str, kind: str, reason: str) -> None:
    refused = told(POLICY, f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: other}}\n")

    assert refused == [f"18:7: the {kind} other cannot be judged here: {reason}"]


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("admissionregistration.k8s.io/v1", "ValidatingAdmisionPolicy"),
        ("policies.kyverno.io/v1", "ValidationPolicy"),
        ("templates.gatekeeper.sh/v1", "ConstraintTemplates"),
    ],
)
def test_a_misspelt_kind_is_not_passed_over(told: Told, api_version: str, kind: str) -> None:
    assert told(f"apiVersion: {api_version}\nkind: {kind}\n") == [f"2:7: {api_version} has no kind {kind} that is known here"]


def test_objects_that_have_nothing_to_do_with_policies_are_left_out(read: Read) -> None:
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    definition = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a.b.example}\n"

    found = read(namespace, POLICY, definition)

    assert ([policy.name for policy in found.policies], found.params) == (["own-network"], ())
