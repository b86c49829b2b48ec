"""What the API answers with about policies."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.outputs import FindingOut, Json, Out
from guidance.judging.results import Outcome
from guidance.policies.policy import Enforcement, Severity

RESULT = (
    "In PolicyReport's words: `fail` refuses a submission at Level 2, `warn` only advises, `skip` is a violation that is exempted, "
    "`error`: the policy could not judge, or Kubernetes could not read the manifest."
)


class LocalEnforcementOut(Out):
    """The level in one environment, of one team, or in one namespace (of one cluster, or of that name in all)."""

    level: Enforcement
    environment: str = ""
    team: str = ""
    namespace: str = ""
    cluster: str = ""


class PolicyOut(Out):
    """A policy in force."""

    slug: str
    title: str
    severity: Severity
    version: str
    enforcement: Annotated[Enforcement, Field(description="The level wherever nothing else is said.")]
    enforcement_in: Annotated[list[LocalEnforcementOut], Field(description="Places with another level; the most specific one counts.")]
    owner: Annotated[str, Field(description="The group that approves changes, overrides and exemptions.")]
    source: Annotated[
        str, Field(description="The policy as its author wrote it, in YAML; its bindings and parameters follow as further documents.")
    ]
    unreadable: Annotated[str | None, Field(description="Why this version of the product cannot judge by it; null: it can.")]


class ExampleOut(Out):
    """A manifest, and what the policy says of it."""

    name: str
    manifest: Json
    old: Annotated[Json | None, Field(description="What the manifest replaces, where the example is an update.")]
    namespaceObject: Annotated[Json | None, Field(description="The Namespace that it goes to, where the policy reads it.")]  # noqa: N815
    findings: Annotated[list[FindingOut], Field(description="None where it passes.")]


class VersionOut(Out):
    """A body that is or was in force."""

    version: str
    since: datetime
    until: Annotated[datetime | None, Field(description="When another body took its place, or the policy went; null: it is in force.")]
    request: Annotated[UUID | None, Field(description="The request that asked for it; null where it was loaded by a command.")]
    source: str


class ExemptionOut(Out):
    """What a policy lets pass until a time. It is judged and shown all the same."""

    cluster: str
    namespace: str
    kind: Annotated[str, Field(description="`Namespace`: everything in it.")]
    name: str
    until: datetime
    reason: str
    asked_by: str
    granted_by: list[str]
    granted_at: datetime
    request: UUID
    suppresses: Annotated[bool | None, Field(description="Whether the last scan met something that it lets pass; null: not known yet.")]


class PolicyDetailOut(PolicyOut):
    """A policy with all that is to be read of it."""

    rationale: str
    controls: Annotated[list[str], Field(description="Of standards that ask for it, such as `CIS 5.2.1`.")]
    bindings: Annotated[list[Json], Field(description="Where it holds (ValidatingAdmissionPolicyBindings); none: everywhere.")]
    params: Annotated[list[Json], Field(description="The objects that it takes its parameters from.")]
    examples: list[ExampleOut]
    exemptions: list[ExemptionOut]
    versions: Annotated[list[VersionOut], Field(description="The newest first, those from before a removal too.")]


class ResourceOut(Out):
    """What people know an object by."""

    apiVersion: str  # noqa: N815 as Kubernetes writes it
    kind: str
    namespace: str
    name: str


class ReportResultOut(Out):
    """What one policy says of one object."""

    resource: ResourceOut
    policy: str
    version: str
    severity: Severity
    enforcement: Annotated[Enforcement, Field(description="The level in force in its place.")]
    result: Annotated[Outcome, Field(description=RESULT)]
    because: Annotated[str | None, Field(description="With `skip`: who exempted it until when, and why.")]
    findings: list[FindingOut]


class ResultOut(ReportResultOut):
    """What one policy says of one manifest."""

    document: Annotated[int, Field(description="Which of the manifests, counted from 1.")]


class EvaluationOut(Out):
    """A result for every policy that is about a manifest, passes included, manifest by manifest."""

    results: list[ResultOut]
    summary: Annotated[dict[Outcome, int], Field(description="How many results of each kind.")]
    mended: Annotated[list[Json | None], Field(description="Each manifest with all fixes, judged again; null where there is none.")]


class ReportOut(Out):
    """What the policies in force say of the live workloads of one namespace."""

    cluster: str
    namespace: str
    team: str | None
    environment: str
    scanned_at: datetime
    summary: Annotated[dict[Outcome, int], Field(description="How many results of each kind.")]
    results: Annotated[list[ReportResultOut], Field(description="Those that do not pass; without fixes.")]
    left_off: Annotated[int, Field(description="How many more do not pass.")]
    problems: Annotated[list[str], Field(description="What could not be read, and so is not told.")]


class TeamOut(Out):
    """How the workloads of one team would fare."""

    team: Annotated[str | None, Field(description="Null: the platform's own.")]
    summary: dict[Outcome, int]


class WouldFailOut(ReportResultOut):
    """A live workload that would not pass."""

    cluster: str
    team: str | None
    environment: str


class WhatIfOut(Out):
    """Which live workloads would fail. `pass` and all others are counted, those that do not pass are listed."""

    policy: str
    version: str
    summary: dict[Outcome, int]
    teams: list[TeamOut]
    results: list[WouldFailOut]
    left_off: Annotated[int, Field(description="How many more do not pass.")]
    problems: Annotated[list[str], Field(description="Clusters and kinds that could not be read, and so are not told.")]
