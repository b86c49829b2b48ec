"""What happens by itself in a cluster: Deployments roll out through ReplicaSets to Pods, quotas count, owners' events are told.

Level-triggered: every change puts the Deployments and quotas that it concerns into a queue, and their whole state is looked at again.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from clusters.objects import Object
from clusters.sandbox import offspring, quota
from clusters.sandbox.deployment_status import Situation, status_of
from clusters.sandbox.journal import Key
from clusters.sandbox.offspring import is_ready, revision_of
from clusters.sandbox.refusals import Refused
from clusters.sandbox.rolling import Counts, Room, new_replicas, old_to_remove, room_of
from clusters.sandbox.store import Change, Store, controller_of, key_of
from clusters.sandbox.verbs import Verbs

EVENTS = 300
RETRY_SECONDS = 1.0
BACK_OFF_SECONDS = 0.2


@dataclass
class Progress:
    """When a rollout last moved; `mark` tells whether it has moved since."""

    mark: object
    since: float


@dataclass(frozen=True)
class Family:
    """The ReplicaSets of a Deployment and their pods, the newest apart."""

    newest: Object | None
    new: list[Object]
    old: list[Object] = field(default_factory=list)

    def counts(self) -> Counts:
        ready = sum(map(is_ready, self.old))
        return Counts(len(self.new), sum(map(is_ready, self.new)), ready, len(self.old) - ready)


class Controllers:
    def __init__(self, store: Store, verbs: Verbs, *, rollout_seconds: float) -> None:
        self._store = store
        self._verbs = verbs
        self._rollout_seconds = rollout_seconds
        self._loop = asyncio.get_running_loop()
        self._queue: dict[Key, None] = {}
        self._progress: dict[str, Progress] = {}
        self._failures: dict[str, str] = {}
        self._events: deque[Key] = deque(key_of(obj) for obj in store.all("Event"))
        store.listen(self._noticed)
        for obj in (*store.all("Deployment"), *store.all("ResourceQuota")):
            self._enqueue(key_of(obj))
        for obj in store.all("Pod"):
            self._expect(obj)

    def _noticed(self, change: Change) -> None:
        obj, kind = change.object, change.key.kind
        if kind in ("Deployment", "ResourceQuota"):
            self._enqueue(change.key)
        elif kind in ("ReplicaSet", "Pod") and (deployment := self._deployment_above(obj)):
            self._enqueue(key_of(deployment))
        if kind == "Pod" and change.type == "ADDED":
            self._expect(obj)
        if kind == "Pod" and change.type != "MODIFIED":
            for one in self._store.all("ResourceQuota", change.key.namespace):
                self._enqueue(key_of(one))

    def _enqueue(self, key: Key) -> None:
        if not self._queue:
            self._loop.call_soon(self._work)
        self._queue[key] = None

    def _work(self) -> None:
        queue, self._queue = self._queue, {}
        for key in queue:
            obj = self._store.get(key)
            if obj is None:
                continue
            if key.kind == "ResourceQuota":
                self._put_if_changed(quota.with_status(self._store, obj), obj)
            else:
                self._roll(obj)

    def _roll(self, deployment: Object) -> None:
        room = room_of(deployment["spec"])
        if deployment["spec"].get("paused"):
            self._scale_paused(deployment, room)
        else:
            deployment = self._with_replica_set(deployment)
            self._remove_old(self._family(deployment), room)
            family = self._family(deployment)
            if family.newest is not None:
                self._scale(deployment, family.newest, new_replicas(room, family.counts()))
        for owned in self._store.owned(deployment["metadata"]["uid"], "ReplicaSet"):
            self._count(owned)
        self._tell_status(deployment, room)
        self._forget_revisions(deployment)

    def _scale_paused(self, deployment: Object, room: Room) -> None:
        """A paused Deployment keeps its templates; only their number may change."""
        sets = sorted(self._store.owned(deployment["metadata"]["uid"], "ReplicaSet"), key=revision_of)
        if sets:
            others = sum(len(self._store.owned(one["metadata"]["uid"], "Pod")) for one in sets[:-1])
            self._scale(deployment, sets[-1], max(0, room.wanted - others))

    def _with_replica_set(self, deployment: Object) -> Object:
        """The Deployment, marked with the revision of the ReplicaSet for its template; makes one where there is none."""
        sets = self._store.owned(deployment["metadata"]["uid"], "ReplicaSet")
        mark = offspring.template_hash(deployment["spec"]["template"])
        newest = max(map(revision_of, sets), default=0)
        matching = next((one for one in sets if one["metadata"]["labels"][offspring.HASH] == mark), None)
        if matching is None:
            matching = self._store.put(offspring.replica_set(deployment, newest + 1))
            self._failures.pop(deployment["metadata"]["uid"], None)
        elif revision_of(matching) < newest:
            matching = self._store.put(offspring.with_revision(matching, newest + 1))
        if revision_of(deployment) != revision_of(matching):
            deployment = self._store.put(offspring.with_revision(deployment, revision_of(matching)))
        return deployment

    def _family(self, deployment: Object) -> Family:
        mark = offspring.template_hash(deployment["spec"]["template"])
        newest, new, old = None, list[Object](), list[Object]()
        for one in self._store.owned(deployment["metadata"]["uid"], "ReplicaSet"):
            pods = self._store.owned(one["metadata"]["uid"], "Pod")
            if one["metadata"]["labels"][offspring.HASH] == mark:
                newest, new = one, pods
            else:
                old += pods
        return Family(newest, new, old)

    def _remove_old(self, family: Family, room: Room) -> None:
        count = old_to_remove(room, family.counts())
        for pod in sorted(family.old, key=is_ready)[:count]:
            self._verbs.remove(pod)

    def _scale(self, deployment: Object, owner: Object, replicas: int) -> None:
        if owner["spec"]["replicas"] != replicas:
            message = f"Scaled replica set {owner['metadata']['name']} from {owner['spec']['replicas']} to {replicas}"
            self._tell(deployment, "Normal", "ScalingReplicaSet", message)
            owner = self._store.put({**owner, "spec": {**owner["spec"], "replicas": replicas}})
        pods = self._store.owned(owner["metadata"]["uid"], "Pod")
        for pod in sorted(pods, key=is_ready)[: max(0, len(pods) - replicas)]:
            self._verbs.remove(pod)
        self._create_pods(deployment, owner, replicas - len(pods))

    def _create_pods(self, deployment: Object, owner: Object, count: int) -> None:
        uid = deployment["metadata"]["uid"]
        try:
            for _ in range(count):
                pod = offspring.pod(owner)
                quota.admit(self._store, pod)
                self._store.put(pod)
        except Refused as refused:
            if uid not in self._failures:  # the condition goes on telling of the first refusal, as a ReplicaSet's does
                self._tell(owner, "Warning", "FailedCreate", f"Error creating: {refused.message}")
                self._failures[uid] = refused.message
            self._loop.call_later(RETRY_SECONDS, self._enqueue, key_of(deployment))
        else:
            self._failures.pop(uid, None)

    def _count(self, owned: Object) -> None:
        """Write the status of a ReplicaSet; an old one wants as many replicas as it still has."""
        pods = self._store.owned(owned["metadata"]["uid"], "Pod")
        ready = sum(map(is_ready, pods))
        deployment = self._deployment_above(owned)
        newest = deployment and revision_of(deployment) == revision_of(owned)
        spec = owned["spec"] if newest else {**owned["spec"], "replicas": len(pods)}
        status = {"replicas": len(pods), "fullyLabeledReplicas": len(pods), "readyReplicas": ready, "availableReplicas": ready}
        self._put_if_changed({**owned, "spec": spec, "status": status}, owned)

    def _tell_status(self, deployment: Object, room: Room) -> None:
        family, uid = self._family(deployment), deployment["metadata"]["uid"]
        situation = Situation(
            family.counts(),
            room,
            failure=self._failures.get(uid, ""),
            overdue=self._is_overdue(deployment, family, room),
            paused=bool(deployment["spec"].get("paused")),
        )
        name = family.newest["metadata"]["name"] if family.newest else ""
        self._put_if_changed({**deployment, "status": status_of(deployment, situation, replica_set=name)}, deployment)

    def _is_overdue(self, deployment: Object, family: Family, room: Room) -> bool:
        uid, counts = deployment["metadata"]["uid"], family.counts()
        if deployment["spec"].get("paused") or counts == (room.wanted, room.wanted, 0, 0):
            self._progress.pop(uid, None)
            return False
        mark = (counts, family.newest and family.newest["metadata"]["name"], room.wanted)
        deadline: float = deployment["spec"].get("progressDeadlineSeconds", 600)
        progress = self._progress.get(uid)
        if progress is None or progress.mark != mark:
            self._progress[uid] = Progress(mark, self._loop.time())
            self._loop.call_later(deadline + 0.01, self._enqueue, key_of(deployment))
            return False
        return self._loop.time() - progress.since >= deadline

    def _forget_revisions(self, deployment: Object) -> None:
        sets = sorted(self._store.owned(deployment["metadata"]["uid"], "ReplicaSet"), key=revision_of)
        empty = [one for one in sets[:-1] if not self._store.owned(one["metadata"]["uid"], "Pod")]
        for one in empty[: max(0, len(empty) - deployment["spec"].get("revisionHistoryLimit", 10))]:
            self._verbs.remove(one)

    def _expect(self, pod: Object) -> None:
        """What becomes of a pod that does not run yet."""
        if not is_ready(pod):
            deployment = self._deployment_above(pod)
            waves = room_of(deployment["spec"]).waves if deployment else 1
            self._loop.call_later(self._rollout_seconds / waves, self._start, key_of(pod), pod["metadata"]["uid"])

    def _start(self, key: Key, uid: str) -> None:
        pod = self._store.get(key)
        if pod is None or pod["metadata"]["uid"] != uid:
            return
        if offspring.is_pullable(pod):
            self._store.put(offspring.running(pod))
            return
        waiting = [status["state"].get("waiting", {}) for status in pod["status"].get("containerStatuses", ())]
        reason = "ImagePullBackOff" if waiting else "ErrImagePull"
        stuck = self._store.put(offspring.stuck(pod, reason))
        self._tell(stuck, "Warning", "Failed", f"Error: {reason}")
        if not waiting:
            self._loop.call_later(BACK_OFF_SECONDS, self._start, key, uid)

    def _deployment_above(self, obj: Object) -> Object | None:
        for owner in obj["metadata"].get("ownerReferences", ()):
            above = self._store.get(Key(owner["kind"], obj["metadata"]["namespace"], owner["name"]))
            if above is None or above["metadata"]["uid"] != controller_of(obj):
                return None
            return above if above["kind"] == "Deployment" else self._deployment_above(above)
        return None

    def _tell(self, about: Object, kind: str, reason: str, message: str) -> None:
        self._events.append(key_of(self._store.put(offspring.event(about, kind, reason, message))))
        while len(self._events) > EVENTS:
            key = self._events.popleft()
            if self._store.get(key):
                self._store.remove(key)

    def _put_if_changed(self, new: Object, former: Object) -> None:
        if new != former:
            self._store.put(new)
