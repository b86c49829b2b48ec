"""The kinds of reports of wgpolicyk8s.io/v1alpha2, as its API documents their fields; the server refuses any other."""

from typing import Any

Schema = dict[str, Any]
GROUP, VERSION = "wgpolicyk8s.io", "v1alpha2"
TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}


def fields(known: dict[str, Schema], *required: str) -> Schema:
    return {"type": "object", "properties": known, **({"required": list(required)} if required else {})}


def one_of(*words: str) -> Schema:
    return {"type": "string", "enum": list(words)}


def list_of(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


REFERENCE = fields(dict.fromkeys(("apiVersion", "fieldPath", "kind", "name", "namespace", "resourceVersion", "uid"), TEXT))
OUTCOMES = ("pass", "fail", "warn", "error", "skip")
RESULT = fields(
    {
        **dict.fromkeys(("category", "message", "policy", "rule", "source"), TEXT),
        "properties": {"type": "object", "additionalProperties": TEXT},
        "resources": list_of(REFERENCE),
        "result": one_of(*OUTCOMES),
        "scored": {"type": "boolean"},
        "severity": one_of("critical", "high", "low", "medium", "info"),
        "timestamp": fields({"nanos": {**WHOLE, "format": "int32"}, "seconds": {**WHOLE, "format": "int64"}}, "nanos", "seconds"),
    },
    "policy",
)
REPORT = fields({"results": list_of(RESULT), "scope": REFERENCE, "summary": fields(dict.fromkeys(OUTCOMES, WHOLE))})


def definition(kind: str) -> dict[str, Any]:
    """The CustomResourceDefinition of `PolicyReport` or `ClusterPolicyReport`."""
    plural = f"{kind.lower()}s"
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        # The group is one of Kubernetes' own, for which the server wants to be told that somebody has agreed.
        "metadata": {"name": f"{plural}.{GROUP}", "annotations": {"api-approved.kubernetes.io": "unapproved, a test"}},
        "spec": {
            "group": GROUP,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": "Cluster" if kind.startswith("Cluster") else "Namespaced",
            "versions": [{"name": VERSION, "served": True, "storage": True, "schema": {"openAPIV3Schema": REPORT}}],
        },
    }
