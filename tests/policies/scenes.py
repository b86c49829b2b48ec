"""Policies that come and go: a small one to change, and what its life is made of."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from audit.actor import Actor
from audit.ledger import Change, commit
from audit.models import Event
from autonomy.models import ActionRequest
from guidance.models import Exemption, Policy
from tests.approvals.scenes import approve, executed
from tests.plugins.world import Person, World

DAY = timedelta(days=1)
REASON = "The image of the vendor runs as root."
BODY = """\
apiVersion: guidance.autonomy/v1
kind: Policy
metadata: {{name: {name}}}
guidance:
  title: Deployments say who is called at night
  rationale: An alert that reaches nobody is no alert.
  severity: low
  enforcement: {enforcement}
  version: {version}
  owner: {owner}
spec:
  matchConstraints:
    resourceRules:
    - {{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}}
  validations:
  - expression: {expression}
    message: The annotation on-call is missing.
    path: /metadata/annotations/on-call
examples:
  pass:
  - name: Somebody is called
    manifest: {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: api, annotations: {{on-call: payments}}}}, spec: {spec}}}
  fail:
  - name: Nobody is called
    manifest: {{apiVersion: apps/v1, kind: Deployment, metadata: {{name: api}}, spec: {spec}}}
    findings: [{{path: /metadata/annotations/on-call, fixed: false}}]
"""
SPEC = (
    "{selector: {matchLabels: {app: api}}, template: {metadata: {labels: {app: api}}, spec: {containers: [{name: web, image: 'api:1'}]}}}"
)
HAS_ON_CALL = "has(object.metadata.annotations) && 'on-call' in object.metadata.annotations"


def body(
    name: str = "on-call",
    *,
    version: str = "1.0.0",
    owner: str = "security",
    enforcement: str = "soft-mandatory",
    expression: str = HAS_ON_CALL,
) -> str:
    """The file of a policy that asks for an annotation on every Deployment."""
    return BODY.format(name=name, version=version, owner=owner, enforcement=enforcement, expression=expression, spec=SPEC)


UNKNOWN_FUNCTION = body(expression="object.metadata.name.soundex() == 'W100'")
"""A later version of Kubernetes' CEL might have it."""


def stored(source: str, slug: str = "on-call", **values: Any) -> Policy:
    """A policy as a version that read it has left it."""
    fields = {"version": "1.0.0", "source": source, "enforcement": "soft-mandatory", "owner_id": "security", **values}
    policy = Policy(slug=slug)
    commit(Change(policy, "Policy.created", Actor.command("test"), {"values": fields}).set(**fields))
    return policy


def asked(world: World, who: Person, slug: str, **parameters: Any) -> ActionRequest:
    """`policy.set`, as far as its reviewers."""
    return executed(world, world.submit(who, "policy.set", parameters, name=slug))


def changed(world: World, slug: str, *approvers: str, **parameters: Any) -> Policy:
    """Asked for by alice, agreed to by these, and done."""
    request = approve(asked(world, world["alice"], slug, **parameters), *(world[name] for name in approvers))
    assert executed(world, request).status == "succeeded", world.fresh(request).result
    return Policy.objects.get(slug=slug)


def stages(request: ActionRequest) -> dict[str, int]:
    """Whom the newest review asks."""
    return dict(request.reviews.order_by("-number")[0].stages.values_list("group_id", "required"))


def difference(request: ActionRequest) -> str:
    """What the reviewers see."""
    assert request.plan is not None
    shown: str = json.loads(bytes(request.plan.body))["diff"]
    return shown


def history(policy: Policy) -> list[str]:
    return list(Event.objects.filter(stream=policy.pk).order_by("seq").values_list("type", flat=True))


def exemption(world: World, who: Person, policy: str = "run-as-non-root", **more: Any) -> ActionRequest:
    """`exemption.grant` for the Deployment web in payments-dev, for a day, as far as its reviewers; `end=True` asks for its end."""
    target = {"kind": "Deployment", "name": "web", "namespace": "payments-dev"} | {
        name: more.pop(name) for name in ("kind", "name", "namespace") if name in more
    }
    until = (datetime.now(UTC) + more.pop("lasts", DAY)).isoformat()
    parameters = {"policy": policy, **({"end": True} if more.pop("end", False) else {"until": until, "reason": REASON})}
    return executed(world, world.submit(who, "exemption.grant", parameters, **target, **more))


def granted(world: World, policy: str = "run-as-non-root", by: str = "dave", **more: Any) -> ActionRequest:
    """The same, approved and done; alice asks for it unless `asking` names somebody else."""
    request = executed(world, approve(exemption(world, world[more.pop("asking", "alice")], policy, **more), world[by]))
    assert request.status == "succeeded", request.result
    return request


def let_pass(policy: Policy, name: str) -> Exemption:
    """Unsaved: this Deployment of payments-dev, for a day."""
    now = datetime.now(UTC)
    place = {"cluster_id": "sandbox", "namespace": "payments-dev", "kind": "Deployment", "name": name}
    people = {"asked_by": "alice", "granted_by": ["dave"], "granted_at": now}
    return Exemption(policy=policy, **place, **people, reason=REASON, until=now + DAY, request=uuid4())


def apply(who: Person, manifest: dict[str, Any], namespace: str = "payments-dev") -> tuple[int, dict[str, Any]]:
    """What a submission of this Deployment is answered."""
    target = {"cluster": "sandbox", "namespace": namespace, "name": manifest["metadata"]["name"]}
    body = {"action": "deployment.apply", "target": target, "parameters": {"manifest": manifest}}
    answer = who.client.post("/api/v1/requests/", body)
    return answer.status_code, answer.json()
