"""The status of a Deployment, as its controller tells it."""

from dataclasses import dataclass

from clusters.objects import Object
from clusters.sandbox.ownership import now
from clusters.sandbox.rolling import Counts, Room


@dataclass(frozen=True)
class Situation:
    counts: Counts
    room: Room
    failure: str = ""
    """Why a pod could not be created; empty: none has failed."""
    overdue: bool = False
    """The progress deadline has passed."""
    paused: bool = False

    @property
    def complete(self) -> bool:
        return self.counts == (self.room.wanted, self.room.wanted, 0, 0)


def status_of(deployment: Object, now_is: Situation, *, replica_set: str) -> Object:
    counts, before = now_is.counts, deployment.get("status", {})
    available = counts.new_ready + counts.old_ready
    numbers = {
        "replicas": counts.new + counts.old_ready + counts.old_unready,
        "updatedReplicas": counts.new,
        "readyReplicas": available,
        "availableReplicas": available,
        "unavailableReplicas": max(0, now_is.room.wanted - available),
    }
    known = {condition["type"]: condition for condition in before.get("conditions", ())}
    moved = {"Progressing"} if _has_moved(before, numbers) else set[str]()
    conditions = [_kept(known.get(one["type"]), one, anew=one["type"] in moved) for one in _conditions(now_is, replica_set)]
    counted = {name: number for name, number in numbers.items() if number}
    return {"observedGeneration": deployment["metadata"]["generation"], **counted, "conditions": conditions}


def _conditions(now_is: Situation, replica_set: str) -> list[Object]:
    available = now_is.counts.new_ready + now_is.counts.old_ready >= now_is.room.wanted - now_is.room.unavailable
    enough = ("MinimumReplicasAvailable", "Deployment has minimum availability.")
    lacking = ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
    conditions = [_condition("Available", available, *(enough if available else lacking)), _progressing(now_is, replica_set)]
    if now_is.failure:
        conditions.append(_condition("ReplicaFailure", True, "FailedCreate", now_is.failure))
    return conditions


def _progressing(now_is: Situation, replica_set: str) -> Object:
    if now_is.paused:
        return {**_condition("Progressing", True, "DeploymentPaused", "Deployment is paused"), "status": "Unknown"}
    if now_is.complete:
        return _condition("Progressing", True, "NewReplicaSetAvailable", f'ReplicaSet "{replica_set}" has successfully progressed.')
    if now_is.overdue:
        return _condition("Progressing", False, "ProgressDeadlineExceeded", f'ReplicaSet "{replica_set}" has timed out progressing.')
    return _condition("Progressing", True, "ReplicaSetUpdated", f'ReplicaSet "{replica_set}" is progressing.')


def _condition(kind: str, holds: bool, reason: str, message: str) -> Object:
    return {
        "type": kind, "status": str(holds), "reason": reason, "message": message, "lastUpdateTime": now(), "lastTransitionTime": now(),
    }  # fmt: skip


def _has_moved(before: Object, numbers: dict[str, int]) -> bool:
    """Whether the rollout has come further: the last time that it did is the progressing condition's lastUpdateTime."""
    was = {name: before.get(name, 0) for name in numbers}
    fewer_old = numbers["replicas"] - numbers["updatedReplicas"] < was["replicas"] - was["updatedReplicas"]
    return fewer_old or any(numbers[name] > was[name] for name in ("updatedReplicas", "readyReplicas", "availableReplicas"))


def _kept(before: Object | None, condition: Object, *, anew: bool) -> Object:
    """The condition with its times of before, as far as nothing has changed."""
    if before is None or before["status"] != condition["status"]:
        return condition
    same = all(before[key] == condition[key] for key in ("reason", "message")) and not anew
    return before if same else {**condition, "lastTransitionTime": before["lastTransitionTime"]}
