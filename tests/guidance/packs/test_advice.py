"""The packs together, on manifests as people write them."""

from typing import Any

import pytest
import yaml

from guidance.judging.compiled import CompiledPolicy, proven_policy
from guidance.judging.evaluation import evaluate
from guidance.policies.packs import pack, together
from guidance.policies.policy import Enforcement

Packs = tuple[tuple[CompiledPolicy, ...], dict[str, Enforcement]]
CAREFUL = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  namespace: payments
  labels: {app.kubernetes.io/name: api, app.kubernetes.io/part-of: checkout}
spec:
  replicas: 3
  selector: {matchLabels: {app.kubernetes.io/name: api}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: api}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      topologySpreadConstraints:
      - maxSkew: 1
        topologyKey: kubernetes.io/hostname
        whenUnsatisfiable: ScheduleAnyway
        labelSelector: {matchLabels: {app.kubernetes.io/name: api}}
      volumes:
      - {name: secrets, secret: {secretName: api}}
      containers:
      - name: web
        image: registry.example/api:1.4.2
        ports: [{name: http, containerPort: 8080}]
        env: [{name: PASSWORD_FILE, value: /secrets/password}]
        readinessProbe: {httpGet: {path: /ready, port: http}}
        livenessProbe: {httpGet: {path: /alive, port: http}, failureThreshold: 6}
        resources:
          requests: {cpu: 100m, memory: 128Mi}
          limits: {memory: 128Mi}
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts:
        - {name: secrets, mountPath: /secrets, readOnly: true}
"""
FIRST = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata:
      labels: {app: api}
    spec:
      containers:
      - {name: web, image: nginx, ports: [{containerPort: 80}]}
"""


@pytest.fixture(scope="module")
def everything() -> Packs:
    policies, levels = together(map(pack, ("pss-restricted", "best-practices", "rbac", "network", "main")))
    return tuple(map(proven_policy, policies)), levels


@pytest.fixture(scope="module")
def default() -> Packs:
    policies, levels = together(map(pack, ("pss-baseline", "best-practices")))
    return tuple(map(proven_policy, policies)), levels


def said(packs: Packs, manifest: dict[str, Any]) -> list[tuple[str, str, bool]]:
    policies, levels = packs
    findings = evaluate(policies, manifest, enforcement=levels).findings
    return [(finding.policy, finding.enforcement.value, finding.fix is not None) for finding in findings]


def test_a_careful_deployment_passes_every_pack_that_ships(everything: Packs) -> None:
    assert said(everything, yaml.safe_load(CAREFUL)) == []


def test_a_first_deployment_gets_advice_and_is_refused_by_nothing(default: Packs) -> None:
    assert said(default, yaml.safe_load(FIRST)) == [
        ("drop-all-capabilities", "advisory", True),
        ("liveness-probe", "advisory", False),
        ("more-than-one-replica", "advisory", True),
        ("no-latest-tag", "advisory", False),
        ("pss-privilege-escalation", "advisory", True),
        ("pss-run-as-non-root", "advisory", True),
        ("read-only-root-filesystem", "advisory", False),
        ("readiness-probe", "advisory", False),
        ("requests-and-limits", "advisory", True),
        ("requests-and-limits", "advisory", True),
        ("requests-and-limits", "advisory", True),
        ("required-labels", "advisory", True),
        ("required-labels", "advisory", False),
        ("seccomp-profile", "advisory", True),
        ("token-automount", "advisory", True),
        ("unprivileged-ports", "advisory", False),
    ]


def test_what_baseline_forbids_is_required_although_it_is_advice_too(default: Packs) -> None:
    manifest = yaml.safe_load(CAREFUL)
    manifest["spec"]["template"]["spec"]["hostNetwork"] = True

    assert said(default, manifest) == [("pss-host-namespaces", "hard-mandatory", True), ("pss-host-ports", "hard-mandatory", True)]


def test_all_fixes_together_leave_only_what_the_author_must_know(default: Packs) -> None:
    policies, levels = default

    evaluation = evaluate(policies, yaml.safe_load(FIRST), enforcement=levels)

    assert evaluation.mended is not None
    assert {policy for policy, _, _ in said(default, evaluation.mended)} == {
        "liveness-probe",
        "no-latest-tag",
        "read-only-root-filesystem",
        "readiness-probe",
        "required-labels",
        "unprivileged-ports",
    }


def test_a_secret_is_told_without_being_repeated(default: Packs) -> None:
    manifest = yaml.safe_load(CAREFUL)
    manifest["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "DB_PASSWORD", "value": "not-a-real-one"}]
    policies, levels = default

    (finding,) = evaluate(policies, manifest, enforcement=levels).findings

    assert (finding.policy, finding.current) == ("no-secrets-in-manifests", "DB_PASSWORD")
    assert "not-a-real-one" not in str(finding.as_json())


def test_old_api_versions_are_told_for_the_clusters_that_have_the_new_ones() -> None:
    manifest = {"apiVersion": "networking.k8s.io/v1beta1", "kind": "Ingress", "metadata": {"name": "api"}, "spec": {}}
    told = {
        version: [
            finding.policy for finding in evaluate([*map(proven_policy, pack(f"best-practices@{version}").policies)], manifest).findings
        ]
        for version in ("v1.18", "v1.19", "v1.37")
    }

    assert [name for name in told["v1.18"] if name.startswith("no-apis")] == []
    assert [name for name in told["v1.19"] if name.startswith("no-apis")] == ["no-apis-removed-in-1-22"]
    assert [name for name in told["v1.37"] if name.startswith("no-apis")] == ["no-apis-removed-in-1-22"]
