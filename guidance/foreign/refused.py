"""Policies of other engines that cannot be judged here, and why: better no verdict than a wrong one."""

from collections.abc import Iterator

from guidance.documents.pointer import dotted, find
from guidance.documents.source import Problem
from guidance.foreign.parts import Part, Path

KYVERNO, NEW_KYVERNO, KUBERNETES = "kyverno.io", "policies.kyverno.io", "admissionregistration.k8s.io"
CHANGES = "it changes objects, and only what judges them is read here"
WEBHOOK = "it asks a webhook, which only a cluster can do"
REASONS = {
    (KYVERNO, "CleanupPolicy"): "it deletes objects, and only what judges them is read here",
    (KYVERNO, "ClusterCleanupPolicy"): "it deletes objects, and only what judges them is read here",
    (KYVERNO, "PolicyException"): "it belongs to a ClusterPolicy: write both in the form of policies.kyverno.io, in CEL",
    (NEW_KYVERNO, "MutatingPolicy"): CHANGES,
    (NEW_KYVERNO, "GeneratingPolicy"): "it makes objects, and only what judges them is read here",
    (NEW_KYVERNO, "DeletingPolicy"): "it deletes objects, and only what judges them is read here",
    (NEW_KYVERNO, "ImageValidatingPolicy"): "it asks the registries of images, which cannot be done here",
    (KUBERNETES, "MutatingAdmissionPolicy"): CHANGES,
    (KUBERNETES, "MutatingAdmissionPolicyBinding"): CHANGES,
    (KUBERNETES, "MutatingWebhookConfiguration"): WEBHOOK,
    (KUBERNETES, "ValidatingWebhookConfiguration"): WEBHOOK,
    ("mutations.gatekeeper.sh", "Assign"): CHANGES,
    ("mutations.gatekeeper.sh", "AssignImage"): CHANGES,
    ("mutations.gatekeeper.sh", "AssignMetadata"): CHANGES,
    ("mutations.gatekeeper.sh", "ModifySet"): CHANGES,
    ("externaldata.gatekeeper.sh", "Provider"): "it asks another server, which cannot be done here",
}
OF_POLICIES = frozenset(group for group, _ in REASONS) | {"templates.gatekeeper.sh", "guidance.autonomy"}
"""Groups in which everything is about policies: what is not known in them is no parameter, but a mistake."""
OTHERS_OF_THEM = frozenset({"GlobalContextEntry", "UpdateRequest"})
RULES = ("spec", "rules")
VERBS = ("mutate", "generate", "verifyImages")
CHECKS = ("pattern", "anyPattern", "deny", "foreach", "podSecurity", "manifests", "assert", "cel")
IN_CEL = "cannot be judged here: write the rule as a ValidatingPolicy of policies.kyverno.io, in CEL"


def refusals(part: Part) -> Iterator[Problem]:
    """Nothing where the object may be something else, such as parameters."""
    if part.group == KYVERNO and part.kind in {"ClusterPolicy", "Policy"}:
        place = _construct(part)
        yield part.problem(place, f"{part.kind} {part.name}: {dotted(place)} {IN_CEL}")
    elif reason := REASONS.get((part.group, part.kind.removeprefix("Namespaced"))):
        yield part.problem(("kind",), f"the {part.kind} {part.name} cannot be judged here: {reason}")
    elif part.group in OF_POLICIES and part.kind not in OTHERS_OF_THEM:
        yield part.problem(("kind",), f"{part.api_version} has no kind {part.kind} that is known here")


def _construct(part: Part) -> Path:
    """The first thing of the old rules that has no form in CEL, or none here."""
    rules = find(part.value, RULES)
    for index in range(len(rules) if isinstance(rules, list) else 0):
        at: Path = (*RULES, index)
        inner = [(*at, name) for name in VERBS] + [(*at, "validate", name) for name in CHECKS]
        if found := next((place for place in inner if find(part.value, place) is not None), None):
            return found
    return RULES if isinstance(rules, list) else ("spec",)
