"""Actions that are one write to a cluster: planned by its dry run, done by the same write."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone

from audit import canonical
from autonomy.actions.base import Action, ActionFailed, Ask, Draft, Drifted, Outcome, P
from clusters import drift
from clusters.connections import gateway
from clusters.errors import FieldConflict, Invalid, NotFound, Permanent, StaleObject
from clusters.gateway import Gateway
from clusters.objects import Object, Precondition, Ref, Written
from clusters.rollout import template_digest

EXACT_TRIES = 3
"""How often a write is repeated when only the status of its target had moved."""
ROLLOUT_TIME = timedelta(minutes=10)
"""Kubernetes' own default of progressDeadlineSeconds; a Deployment that sets it is given its own, and a minute."""


class ClusterAction(Action[P]):
    """One write with the verb that fits it; subclasses say which."""

    rolls_out: ClassVar[bool] = False

    @abstractmethod
    def write(self, ask: Ask[P], cluster: Gateway, *, dry_run: bool, precondition: Precondition | None) -> Written:
        """The write itself. Raises the errors of clusters.errors."""

    @abstractmethod
    def done(self, ask: Ask[P], written: Written) -> str:
        """What the write did, in one sentence for whoever asked."""

    def after(self, ask: Ask[P], before: Object | None, written: Written) -> Object:  # noqa: ARG002
        """The target as the write leaves it, where the answer is not the target itself."""
        return written.object

    def ref(self, ask: Ask[P]) -> Ref:
        return Ref.to(ask.target.kind, ask.target.name, ask.target.namespace or None)

    def read(self, ask: Ask[P], cluster: Gateway) -> Object | None:
        try:
            return cluster.get(self.ref(ask))
        except NotFound:
            return None

    def plan(self, ask: Ask[P]) -> Draft:
        cluster = gateway(ask.target.cluster)
        for _ in range(EXACT_TRIES):
            before = self.read(ask, cluster)
            try:
                written = self.write(ask, cluster, dry_run=True, precondition=_only_this(before))
            except StaleObject:
                continue  # moved between the read and the dry run
            except Permanent as error:
                raise refused(error) from error
            return self._draft(ask, before, written)
        raise ActionFailed(
            "The target changed faster than it could be planned.", reason="Conflict", hint="Submit it again when the target is quiet."
        )

    def _draft(self, ask: Ask[P], before: Object | None, written: Written) -> Draft:
        old = drift.essence(before) if before else None
        new = drift.essence(self.after(ask, before, written))
        return Draft(
            target=ask.target,
            uid=before["metadata"]["uid"] if before else None,
            before=old,
            after=new,
            diff=drift.render(old, new),
            resource_version=before["metadata"]["resourceVersion"] if before else "",
            warnings=written.warnings,
        )

    def execute(self, ask: Ask[P]) -> Outcome:
        cluster = gateway(ask.target.cluster)
        try:
            written = self.write(ask, cluster, dry_run=False, precondition=None)
        except Permanent as error:
            raise refused(error) from error
        return self._outcome(ask, written)

    def execute_approved(self, ask: Ask[P], approved: Draft) -> Outcome:
        """The write carries the planned uid and resourceVersion, so the API server itself refuses when anything moved."""
        cluster = gateway(ask.target.cluster)
        draft = approved
        for _ in range(EXACT_TRIES):
            try:
                written = self.write(ask, cluster, dry_run=False, precondition=_planned(draft))
            except (StaleObject, NotFound):
                live = self.read(ask, cluster)
                if live is not None and drift.essence(live) == approved.after:
                    return self._outcome(ask, Written(live), already=True)  # an earlier attempt did it
                draft = self.plan(ask)
                if draft.digest != approved.digest:
                    raise Drifted(draft) from None
            except Permanent as error:
                raise refused(error) from error
            else:
                return self._outcome(ask, written, deviation=self._deviation(ask, approved, written))
        raise Drifted(draft)

    def _deviation(self, ask: Ask[P], approved: Draft, written: Written) -> str:
        """How the server's answer differs from what was approved (a webhook, a new LimitRange); empty when it does not."""
        answer = drift.essence(self.after(ask, approved.after, written))
        return "" if answer == approved.after else drift.render(approved.after, answer)

    def _outcome(self, ask: Ask[P], written: Written, *, deviation: str = "", already: bool = False) -> Outcome:
        result: dict[str, object] = {
            "message": self.done(ask, written),
            "resourceVersion": written.object["metadata"]["resourceVersion"],
            "warnings": list(written.warnings),
        }
        if written.created:
            result["created"] = True
        if already:
            result["already"] = True
        if deviation:
            result["deviation"] = deviation
        return Outcome(result, self.rollout(written) if self.rolls_out else None)

    def rollout(self, written: Written) -> Mapping[str, object]:
        """What the watcher needs to follow the rollout that this write began."""
        return rollout_of(written.object, now=timezone.now())


def rollout_of(deployment: Object, *, now: datetime) -> Mapping[str, object]:
    spec = deployment["spec"]
    own = spec.get("progressDeadlineSeconds")
    patience = timedelta(seconds=int(own), minutes=1) if own else ROLLOUT_TIME
    return {
        "uid": deployment["metadata"]["uid"],
        "generation": deployment["metadata"]["generation"],
        "template": template_digest(deployment),
        "deadline": canonical.utc_text(now + patience),
    }


def _only_this(before: Object | None) -> Precondition:
    return Precondition.unchanged(before) if before else Precondition.must_not_exist()


def _planned(draft: Draft) -> Precondition:
    return Precondition(draft.uid, draft.resource_version) if draft.uid else Precondition.must_not_exist()


def refused(error: Permanent) -> ActionFailed:
    """The cluster's refusal in words that help who asked."""
    return ActionFailed(error.message, reason=error.reason, hint=_hint(error))


def _hint(error: Permanent) -> str:
    if isinstance(error, FieldConflict):
        owners = ", ".join(error.managers)
        return f"{owners} owns {', '.join(error.fields)}: leave these fields out, or change them where {owners} gets them from."
    if isinstance(error, Invalid) and error.errors:
        return "Correct " + ", ".join(f"{wrong.field or 'the object'} ({wrong.message})" for wrong in error.errors) + "."
    if isinstance(error, NotFound):
        return "Check cluster, namespace and name of the target; it must exist."
    return ""


def manifest_errors(manifest: dict[str, Any], *, kind: str, namespace: str, name: str) -> list[tuple[str, str]]:
    """Where a manifest contradicts its target, as (JSON pointer below the manifest, message)."""
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict):
        return [("/metadata", "is missing: a manifest needs metadata.name")]
    expected = {"/kind": (manifest.get("kind"), kind), "/metadata/name": (metadata.get("name"), name)}
    if "namespace" in metadata:
        expected["/metadata/namespace"] = (metadata["namespace"], namespace)
    return [(at, f"is {found!r}, but the target says {wanted!r}") for at, (found, wanted) in expected.items() if found != wanted]
