"""Misspelt groups, versions and kinds of Kubernetes; what it served once, and custom resources."""

import pytest

from cli.manifests.kinds import mistake
from cli.manifests.served import SERVED, kinds
from guidance.manifests.resources import MOVED, TEMPLATES, resource
from guidance.policies.load import PACKS, skim_pack
from tests.cli.conftest import Check


@pytest.mark.parametrize(
    ("api_version", "kind", "member", "told"),
    [
        ("app/v1", "Deployment", "apiVersion", "Kubernetes has no API group app: did you mean apps/v1?"),
        ("Apps/v1", "Deployment", "apiVersion", "Kubernetes has no API group Apps: did you mean apps/v1?"),
        ("networking/v1", "NetworkPolicy", "apiVersion", "Kubernetes has no API group networking: did you mean networking.k8s.io/v1?"),
        ("rbac/v1", "RoleList", "apiVersion", "Kubernetes has no API group rbac: did you mean rbac.authorization.k8s.io/v1?"),
        ("network.k8s.io/v1", "NetworkPolicy", "apiVersion",
         "Kubernetes has no API group network.k8s.io: did you mean networking.k8s.io/v1?"),
        ("networking.k8s.oi/v1", "NetworkPolicy", "apiVersion",
         "Kubernetes has no API group networking.k8s.oi: did you mean networking.k8s.io/v1?"),
        ("apps.k8s.io/v1", "Deployment", "apiVersion", "Kubernetes has no API group apps.k8s.io: did you mean apps/v1?"),
        ("apps.kubernetes.io/v1", "Deployment", "apiVersion", "Kubernetes has no API group apps.kubernetes.io: did you mean apps/v1?"),
        ("app/v1", "Widget", "apiVersion", "Kubernetes has no API group app: did you mean apps?"),
        ("shop/v1", "Widget", "apiVersion",
         "Kubernetes has no API group shop: that of a custom resource has a dot, such as example.com"),
        ("batch/v1/x", "Job", "apiVersion", "Kubernetes has no API group batch/v1: an apiVersion has one /, such as batch/v1"),
        ("a.b/v1/x", "Widget", "apiVersion", "Kubernetes has no API group a.b/v1: an apiVersion has one /, such as apps/v1"),
        ("v2", "Pod", "apiVersion", "v2 has no kind Pod: did you mean v1?"),
        ("apps", "Deployment", "apiVersion", "apps has no kind Deployment: it is in apps/v1"),
        ("batch/v3", "Job", "apiVersion", "batch/v3 has no kind Job: did you mean batch/v1?"),
        ("networking.k8s.io/v7", "NetworkPolicy", "apiVersion",
         "networking.k8s.io/v7 has no kind NetworkPolicy: did you mean networking.k8s.io/v1?"),
        ("policy/v1", "PodSecurityPolicy", "apiVersion", "policy/v1 has no kind PodSecurityPolicy: did you mean policy/v1beta1?"),
        ("extensions/v1", "Deployment", "apiVersion", "extensions/v1 has no kind Deployment: it is in apps/v1"),
        ("extensions/v1beta1", "StatefulSet", "kind", "extensions/v1beta1 has no kind StatefulSet: it is in apps/v1"),
        ("extensions/v1", "ThirdPartyResource", "apiVersion",
         "extensions/v1 has no kind ThirdPartyResource: did you mean extensions/v1beta1?"),
        ("v1", "Deploymnet", "kind", "v1 has no kind Deploymnet: did you mean Deployment of apps/v1?"),
        ("storage.k8s.io/v1", "StorageClas", "kind", "storage.k8s.io/v1 has no kind StorageClas: did you mean StorageClass?"),
        ("admissionregistration.k8s.io/v1", "ValidatingAdmisionPolicy", "kind",
         "admissionregistration.k8s.io/v1 has no kind ValidatingAdmisionPolicy: did you mean ValidatingAdmissionPolicy?"),
    ],
)  # fmt: skip
def test_what_kubernetes_never_served_is_told(api_version: str, kind: str, member: str, told: str) -> None:
    assert mistake(api_version, kind) == (member, told)


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("v1", "List"), ("v1", "PodList"), ("apps/v1", "DeploymentList"),
        ("extensions/v1beta1", "Ingress"), ("apps/v1alpha1", "PetSet"), ("batch/v2alpha1", "ScheduledJob"),
        ("policy/v1beta1", "PodSecurityPolicy"), ("resource.k8s.io/v1alpha2", "ResourceClass"),
    ],
)  # fmt: skip
def test_what_it_serves_or_served_is_no_mistake(api_version: str, kind: str) -> None:
    assert mistake(api_version, kind) is None


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("example.com/v1", "Deployment"), ("apps.kruise.io/v1alpha1", "StatefulSet"), ("crd.projectcalico.org/v1", "NetworkPolicy"),
        ("gateway.networking.k8s.io/v1", "Gateway"), ("snapshot.storage.k8s.io/v1", "VolumeSnapshot"),
        ("metrics.k8s.io/v1beta1", "PodMetrics"), ("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
        ("kueue.x-k8s.io/v1beta1", "Workload"), ("csi.storage.k8s.io/v1alpha1", "CSIDriver"),
        ("kustomize.config.k8s.io/v1beta1", "Kustomization"), ("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration"),
    ],
)  # fmt: skip
def test_custom_resources_are_called_as_they_like(api_version: str, kind: str) -> None:
    assert mistake(api_version, kind) is None


def test_what_the_policies_know_as_removed_was_served() -> None:
    removed = {
        (group, version, plural)
        for policy in skim_pack(PACKS / "best-practices")
        if policy.name.startswith("no-apis-removed")
        for rule in policy.spec.match_constraints.resource_rules
        for group in rule.api_groups
        for version in rule.api_versions
        for plural in rule.resources
    }
    plurals = {(group, version): {_plural(kind) for kind in kinds(group, version)} for group, version, _ in removed}

    assert len(removed) > 40
    assert {one for one in removed if one[2] not in plurals[one[:2]]} == set()


def _plural(kind: str) -> str:
    return resource("v1", kind).plural


def test_every_workload_is_served_and_what_moved_was_in_both_groups() -> None:
    def served(group: str) -> set[str]:
        return {kind for version in SERVED[group] for kind in kinds(group, version)}

    assert {one for one in TEMPLATES if one[1] not in served(one[0])} == set()
    assert {one for one, home in MOVED.items() if one[1] not in served(one[0]) & served(home)} == set()


OLD = """\
apiVersion: {api_version}
kind: Deployment
metadata: {{name: api}}
spec:
  template:
    spec:
      hostPID: true
      containers: [{{name: api, image: "api:1"}}]
"""


@pytest.mark.parametrize("api_version", ["extensions/v1beta1", "apps/v1beta1", "apps/v1beta2", "apps/v1"])
def test_workloads_of_every_version_are_judged(check: Check, api_version: str) -> None:
    done = check("-", "--pack", "pss-baseline@v1.15", stdin=OLD.format(api_version=api_version))

    assert done.code == 1
    assert "error[pss-host-namespaces]" in done.out


def test_a_policy_about_a_kind_judges_it_in_the_group_that_it_came_from(check: Check) -> None:
    network = "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: api}\nspec: {podSelector: {}, ingress: [{}]}\n"

    done = check("-", "--pack", "network", stdin=network)

    assert done.code == 1
    assert "[no-allow-all-ingress]" in done.out


def test_an_api_that_was_removed_is_a_finding_with_its_fix(check: Check) -> None:
    network = "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: api}\nspec: {podSelector: {}}\n"

    done = check("-", "--pack", "best-practices", "--fix", stdin=network)

    assert (done.code, done.out) == (0, network.replace("extensions/v1beta1", "networking.k8s.io/v1"))


def test_a_misspelt_group_is_no_green_check(check: Check) -> None:
    done = check("-", stdin=OLD.format(api_version="app/v1"))

    assert done.code == 2
    assert "-:1:13: Kubernetes has no API group app: did you mean apps/v1?" in done.err
