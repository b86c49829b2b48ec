"""What the API answers with, as pydantic models: the source of the documents and of their schema."""

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from approvals.models import Decision
from autonomy.status import Status
from guidance.policies.policy import Enforcement, Severity

Json = dict[str, JsonValue]

FIX = (
    "A JSON patch (RFC 6902) against the manifest as it was sent, or null. Fixes do not add up: each mends its own finding alone, and a "
    "second one may overwrite what the first has added. To take all of them, send `mended`."
)
MENDED = "The manifest with all fixes, judged again: send it in place of your own to take them all. Null where there is no fix."


EXEMPTED = "Who exempted it until when, and why: such a finding refuses nothing. Null as a rule."


class Out(BaseModel):
    model_config = ConfigDict(frozen=True)


class TargetOut(Out):
    cluster: str
    namespace: str
    kind: str
    name: str


class BecauseOut(Out):
    """One reason for a level."""

    boundary: Annotated[str | None, Field(description="The boundary that says so; null: the catalogue, or that nothing knows the target.")]
    level: int
    reason: str


class FindingOut(Out):
    """One violation of a policy."""

    policy: str
    version: str
    severity: Severity
    enforcement: Enforcement
    message: str
    path: Annotated[str, Field(description="JSON pointer into the manifest as it was sent.")]
    container: str | None
    current: JsonValue
    expected: JsonValue
    fix: Annotated[list[Json] | None, Field(description=FIX)]
    exempted: Annotated[str | None, Field(description=EXEMPTED)] = None


class PlanOut(Out):
    """What the request would change, from a dry run."""

    status: Literal["pending", "ready", "failed"]
    digest: Annotated[str | None, Field(description="What an approval has to name.")] = None
    diff: str = ""
    warnings: list[str] = []


class StageOut(Out):
    """One group's share in a review."""

    group: str
    required: Annotated[int, Field(description="How many people of the group have to approve.")]
    approved: Annotated[int, Field(description="How many approvals count for it; one person counts for one group.")]
    status: Literal["waiting", "approved", "closed"]


class DecisionOut(Out):
    by: str
    verdict: Decision.Verdict
    comment: str
    digest: str
    door: str
    at: datetime


class MeOut(Out):
    """Whether the caller can decide now."""

    can_decide: bool
    because: Annotated[str | None, Field(description="Why she cannot.")]


class ReviewOut(Out):
    """The newest round of asking."""

    expires_at: datetime
    stages: list[StageOut]
    decisions: list[DecisionOut]
    me: MeOut


class LinksOut(Out):
    """Absolute addresses."""

    self: str
    events: str
    approve: str
    deny: str
    cancel: str
    page: Annotated[str, Field(description="The request's page in the admin.")]


class RequestOut(Out):
    """Somebody asks for one action on one target."""

    id: UUID
    action: str
    target: TargetOut
    parameters: Json
    reason: str
    dry_run: bool
    override: Json | None
    level: Annotated[int, Field(ge=1, le=3, description="1 Full, 2 Guided, 3 Restricted.")]
    level_because: list[BecauseOut]
    status: Status
    requester: Annotated[str, Field(description="User name.")]
    team: str | None
    environment: str
    door: str
    created_at: datetime
    finished_at: datetime | None
    plan: Annotated[PlanOut | None, Field(description="Null where nothing is planned before it runs.")]
    findings: list[FindingOut]
    mended: Annotated[Json | None, Field(description=MENDED)]
    review: ReviewOut | None
    result: Json | None
    links: LinksOut


class EventOut(Out):
    """One thing that happened, as the ledger has it."""

    seq: int
    type: str
    status: str
    actor: str
    door: str
    at: datetime
    data: Json
    hash: Annotated[str, Field(description="SHA-256 over the event's canonical bytes, those of the event before included; hexadecimal.")]


class ConditionalOut(Out):
    """A boundary that restricts the action only where its condition holds."""

    boundary: str
    level: int
    condition: Annotated[str, Field(description="CEL over `action`, `target` and `parameters`.")]
    reason: str


class HereOut(Out):
    """What else is to know about the action in the place that was asked for."""

    conditional: list[ConditionalOut]
    allowed: Annotated[bool, Field(description="Whether the caller may ask for it there.")]
    because: Annotated[str | None, Field(description="Why she may not.")]


class ActionOut(Out):
    """An entry of the catalogue."""

    name: str
    title: str
    kind: Annotated[str, Field(description="The kind of object that it acts on; empty where each target says it.")]
    level: Annotated[int, Field(description="The level in the place that was asked for; without a place that of the catalogue.")]
    level_because: Annotated[list[BecauseOut], Field(description="Why it has this level there; empty without a place.")]
    in_cluster: Annotated[bool, Field(description="False for the product's own rules, whose target has only a name.")]
    parameters: Annotated[dict[str, Any], Field(description="JSON Schema of the parameters.")]
    here: Annotated[HereOut | None, Field(description="Null unless a cluster was asked for (the product's own rules are everywhere).")]


class BoundaryOut(Out):
    """A CAN/CANNOT rule. Empty lists match everything; patterns are shell globs; the most restrictive match counts."""

    slug: str
    level: int
    actions: list[str]
    environments: list[str]
    namespaces: list[str]
    kinds: list[str]
    condition: str
    reason: str


class ApprovalRuleOut(Out):
    """Who must approve what it matches. All rules that match count together."""

    slug: str
    actions: list[str]
    environments: list[str]
    namespaces: list[str]
    needs: Annotated[dict[str, int], Field(description="Approvals per group.")]
    expires_after_hours: int


class PartOut(Out):
    status: Literal["ok", "degraded"]
    detail: str


class ReadyOut(Out):
    """`degraded` when one of the parts is; the product still takes requests then."""

    status: Literal["ok", "degraded"]
    parts: Annotated[dict[str, PartOut], Field(description="database, broker, workers, and cluster/NAME for each cluster.")]


class OverridePossible(Out):
    """Whether a new submission with `override` can pass the policies that refused this one."""

    possible: bool
    policies: Annotated[list[str], Field(description="The policies to name in `override.policies`.")]
    approvers: Annotated[list[str], Field(description="The groups that own these policies, and would have to approve.")]
    because: Annotated[str | None, Field(description="Why no override is possible.")]


class WrongOut(Out):
    """One of several things that are wrong."""

    pointer: str
    message: str
    suggestion: str | None = None


class ProblemOut(BaseModel):
    """A problem document (RFC 9457). Further members depend on the type, which leads to a page that explains it."""

    model_config = ConfigDict(extra="allow")
    type: Annotated[str, Field(examples=["/problems/own-request"])]
    title: str
    status: int
    detail: str
    instance: Annotated[str, Field(description="The address that was called.")]
    pointer: Annotated[str, Field(description="JSON pointer to what is wrong in the body; left out where nothing is.")] = ""
    suggestion: Annotated[str, Field(description="How to mend it.")] = ""
    because: Annotated[str, Field(description="With 403: why not.")] = ""
    errors: Annotated[list[WrongOut], Field(description="With 400: everything that is wrong.")] = []


class PolicyFailedOut(ProblemOut):
    """The request is recorded as `policy_failed`; nothing will run."""

    request: RequestOut
    findings: list[FindingOut]
    mended: Annotated[Json | None, Field(description=MENDED)]
    override: OverridePossible


Item = TypeVar("Item", bound=Out)


class PageOut(Out, Generic[Item]):
    """A part of a list, with the addresses of the parts before and after it."""

    results: list[Item]
    next: str | None
    previous: str | None


class ListOut(Out, Generic[Item]):
    """All of it: the list is short by nature."""

    results: list[Item]
