"""When a rollout is done, or cannot be: kubectl's rule, and the true reason as early as the pods show it."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clusters.objects import Object

REVISION = "deployment.kubernetes.io/revision"
FAILED_CREATE = "FailedCreate"
HOPELESS = frozenset(
    {"ImagePullBackOff", "ErrImagePull", "InvalidImageName", "CrashLoopBackOff", "CreateContainerConfigError", "RunContainerError"}
)
"""Reasons of a waiting container that time alone hardly mends; Kubernetes itself would wait for the progress deadline (600 s)."""

GRACE_SECONDS = 30
"""Kubernetes' own default of terminationGracePeriodSeconds."""
SLACK = timedelta(seconds=5)
"""Kubernetes tells times in whole seconds, and a pod that was let in after all is seen a moment later."""


@dataclass(frozen=True)
class Rollout:
    """What has become of one rollout. `reason` is Kubernetes' word where it has one, `detail` a sentence for people."""

    state: Literal["progressing", "succeeded", "failed", "superseded"]
    reason: str
    detail: str = ""


def template_digest(deployment: Object) -> str:
    """Tells one pod template from another: hexadecimal SHA-256; record it with the generation that a write returned."""
    text = json.dumps(deployment["spec"]["template"], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def judge(
    deployment: Object, generation: int, pods: Sequence[Object] = (), *, template: str | None = None, now: datetime | None = None
) -> Rollout:
    """Judge the rollout that began with `generation`.

    `pods` are those of the newest ReplicaSet (`newest_pods`); `template` is the `template_digest` of the write. Without it a later
    generation is never taken for another rollout: it may be a mere change of scale. Without `now` no refusal of pods is taken for lasting.
    """
    current = deployment["metadata"].get("generation", 0)
    if current > generation and template is not None and template_digest(deployment) != template:
        return Rollout("superseded", "NewTemplate", f"Generation {current} has another pod template.")
    status = deployment.get("status") or {}
    observed = status.get("observedGeneration", 0)
    if observed < max(current, generation):
        return Rollout("progressing", "NotObserved", "The Deployment controller has not seen the change yet.")
    trouble = next(_troubles(pods), None)
    progressing = _condition(deployment, "Progressing")
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        return Rollout("failed", *(trouble or _create_trouble(status) or ("ProgressDeadlineExceeded", progressing.get("message", ""))))
    progress = _progress(deployment["spec"], status)
    if progress.state == "progressing" and trouble:
        return Rollout("failed", *trouble)
    if progress.reason == FAILED_CREATE and now and _lasts(deployment, now):
        return Rollout("failed", progress.reason, progress.detail)
    return progress


def newest_pods(deployment: Object, replica_sets: Sequence[Object], pods: Sequence[Object]) -> list[Object]:
    """Those of the pods that belong to the Deployment's current revision."""
    uid, revision = deployment["metadata"]["uid"], _revision(deployment)
    newest = {owned["metadata"]["uid"] for owned in replica_sets if _owner(owned) == uid and _revision(owned) == revision}
    return [pod for pod in pods if _owner(pod) in newest]


def _progress(spec: Object, status: Object) -> Rollout:
    wanted, updated = spec.get("replicas", 1), status.get("updatedReplicas", 0)
    replicas, available = status.get("replicas", 0), status.get("availableReplicas", 0)
    if updated < wanted:
        return Rollout("progressing", *(_create_trouble(status) or ("Updating", f"{updated} of {wanted} replicas are updated.")))
    if replicas != updated:
        return Rollout("progressing", "OldReplicas", f"Of {replicas} replicas {updated} are updated; the others still run.")
    if available < updated:
        return Rollout("progressing", "Unavailable", f"{available} of {updated} updated replicas are available.")
    return Rollout("succeeded", "Complete", f"{available} of {wanted} replicas are updated and available.")


def _create_trouble(status: Object) -> tuple[str, str] | None:
    failure = _condition({"status": status}, "ReplicaFailure")
    if failure.get("status") == "True":
        return failure.get("reason") or "ReplicaFailure", failure.get("message", "")
    return None


def _lasts(deployment: Object, now: datetime) -> bool:
    """Whether a refusal of pods (by a quota, say) will last, as far as the rollout itself can do anything about it.

    Many do not: with little room, a rolling update is refused until old pods have gone. They go when new ones are available, count
    against the quota for their grace period, and a ReplicaSet whose waits double tries again when it has been refused twice as long as
    it was when they had gone. So it lasts when no pod is on its way any more and nothing has moved for that long.
    """
    status, progressing = deployment["status"], _condition(deployment, "Progressing")
    if status.get("availableReplicas", 0) < status.get("replicas", 0) or not progressing:
        return False  # who asks for no progress deadline is told of no progress either
    refused = datetime.fromisoformat(_condition(deployment, "ReplicaFailure")["lastTransitionTime"])
    moved = max(refused, datetime.fromisoformat(progressing["lastUpdateTime"]))
    grace = timedelta(seconds=deployment["spec"]["template"]["spec"].get("terminationGracePeriodSeconds", GRACE_SECONDS))
    return now >= refused + 2 * (moved - refused + grace) + SLACK


def _troubles(pods: Sequence[Object]) -> Iterator[tuple[str, str]]:
    for pod in pods:
        if "deletionTimestamp" in pod["metadata"]:
            continue
        status, name = pod.get("status") or {}, pod["metadata"]["name"]
        for container in (*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())):
            waiting = (container.get("state") or {}).get("waiting") or {}
            if waiting.get("reason") in HOPELESS:
                yield waiting["reason"], f"Pod {name}, container {container['name']}: {waiting.get('message') or waiting['reason']}"
        scheduled = _condition(pod, "PodScheduled")
        if scheduled.get("status") == "False" and scheduled.get("reason") == "Unschedulable":
            yield "Unschedulable", f"Pod {name}: {scheduled.get('message', '')}"


def _condition(obj: Object, kind: str) -> dict[str, str]:
    conditions: list[dict[str, str]] = (obj.get("status") or {}).get("conditions") or []
    return next((condition for condition in conditions if condition["type"] == kind), {})


def _owner(obj: Object) -> str | None:
    owners: list[Object] = obj["metadata"].get("ownerReferences") or []
    return next((owner["uid"] for owner in owners if owner.get("controller")), None)


def _revision(obj: Object) -> str | None:
    annotations: dict[str, str] = obj["metadata"].get("annotations") or {}
    return annotations.get(REVISION)
