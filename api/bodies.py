"""What callers send: bodies and queries as pydantic models. What is not in them is refused, never ignored."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, TypeVar, get_origin

from django.http import QueryDict
from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from api.errors import BadBody, BadQuery
from api.strict_json import pointer
from autonomy.actions.policy_set import LONGEST_SOURCE, EnforcementLevel, LocalEnforcement
from autonomy.members import Moment, members_at, suggestion
from autonomy.status import Status

READ_ONLY = frozenset(
    {
        "approved_by", "approvals", "created_at", "decisions", "digest", "digests", "door", "environment", "expires_at", "finished_at",
        "findings", "fixed", "id", "level", "level_because", "links", "mended", "plan", "requester", "requester_id", "requester_name",
        "result", "review", "status", "team",
    }
)  # fmt: skip
"""Members of a request, by any name that callers have tried, that the server decides."""
B = TypeVar("B", bound=BaseModel)


class Body(BaseModel):
    """Nothing is converted silently, nothing unknown is accepted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Target(Body):
    """What the action acts on."""

    cluster: Annotated[str, Field(max_length=50, description="Name of the cluster; empty for the product's own rules.")] = ""
    namespace: Annotated[str, Field(max_length=63, description="Empty for the product's own rules.")] = ""
    kind: Annotated[str, Field(max_length=63, description="Only where the action does not imply it.")] = ""
    name: Annotated[str, Field(min_length=1, max_length=253)]


class OverrideBody(Body):
    """The wish to pass soft-mandatory policies; it waits for the approval of their owners."""

    policies: Annotated[list[Annotated[str, Field(min_length=1, max_length=80)]], Field(min_length=1, max_length=50)]
    reason: Annotated[str, StringConstraints(strip_whitespace=True), Field(min_length=1, max_length=2000)]
    until: Annotated[Moment, Field(description="When the override ends (RFC 3339), a year from now at most.")]


class SubmitBody(Body):
    """An action that somebody asks for."""

    action: Annotated[str, Field(min_length=1, max_length=80, description="Name of an action of the catalogue (GET /api/v1/actions/).")]
    target: Target
    parameters: Annotated[dict[str, JsonValue], Field(description="As the JSON Schema of the action says.")] = {}
    reason: Annotated[str, Field(max_length=2000, description="Why; reviewers read it.")] = ""
    dry_run: Annotated[bool, Field(description="Only plan it: it ends in `planned`, cannot be approved and tells nobody.")] = False
    override: OverrideBody | None = None


class ApproveBody(Body):
    digest: Annotated[str, Field(min_length=1, max_length=71, description="The plan that was seen: `plan.digest` of the request.")]
    comment: Annotated[str, Field(max_length=2000)] = ""


class DenyBody(Body):
    comment: Annotated[str, Field(max_length=2000, description="What would have to be different. Must not be empty.")]


class CancelBody(Body):
    """Nothing to say; the body may be left out."""


Manifest = dict[str, JsonValue]
MOST_MANIFESTS = 100


class EvaluateBody(Body):
    """Manifests, and where they would go; or an AdmissionReview in their place (`apiVersion`, `kind`, `request`)."""

    manifests: Annotated[list[Manifest], Field(max_length=MOST_MANIFESTS)] = []
    cluster: Annotated[str, Field(max_length=50, description="Left out: the one that has the namespace.")] = ""
    namespace: Annotated[str, Field(max_length=63, description="Of the manifests that name none.")] = ""
    old: Annotated[
        Manifest | list[Manifest | None] | None,
        Field(
            description="What the manifest replaces; with several manifests a list, with null for each that is new. Left out: "
            "what is there in the cluster, where a policy minds it."
        ),
    ] = None
    apiVersion: Annotated[Literal["admission.k8s.io/v1"] | None, Field(description="Of an AdmissionReview.")] = None  # noqa: N815
    kind: Literal["AdmissionReview"] | None = None
    request: Annotated[Manifest | None, Field(description="Of an AdmissionReview.")] = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.request is None) != (self.kind is None):
            raise ValueError("an AdmissionReview has `kind` and `request`")
        if self.request is None and "manifests" not in self.model_fields_set:
            raise ValueError("there is nothing to judge: send `manifests`, or an AdmissionReview (`apiVersion`, `kind`, `request`)")
        if self.request is not None and (self.manifests or self.old is not None or self.namespace):
            raise ValueError("an AdmissionReview stands alone: it names its objects and their namespace itself")
        if self.old is not None and len(self.befores) != len(self.manifests):
            raise ValueError("`old` is one object for one manifest, or a list with as many members as `manifests`")
        return self

    @property
    def befores(self) -> Sequence[Manifest | None]:
        if isinstance(self.old, list):
            return self.old
        return [self.old] if self.old is not None else [None] * len(self.manifests)


class WhatIfBody(Body):
    """What to suppose; with nothing that the policy as it is were enforced everywhere."""

    source: Annotated[str | None, Field(max_length=LONGEST_SOURCE, description="Another body, or that of a new policy.")] = None
    enforcement: Annotated[EnforcementLevel | None, Field(description="Left out: soft-mandatory, unless `enforcement_in` is given.")] = None
    enforcement_in: Annotated[list[LocalEnforcement] | None, Field(max_length=100)] = None
    cluster: Annotated[str, Field(max_length=50, description="Look there only.")] = ""
    namespace: Annotated[str, Field(max_length=63, description="Look there only.")] = ""


class Page(Body):
    """Which part of a list."""

    cursor: Annotated[str, Field(max_length=400, description="From the `next` or `previous` of another page.")] = ""
    page_size: Annotated[int, Field(strict=False, ge=1, le=100)] = 50


class RequestFilters(Page):
    """All that are given have to hold."""

    status: Annotated[list[Annotated[Status, Field(strict=False)]], Field(max_length=20, description="May be repeated: any of these.")] = []
    level: Annotated[int | None, Field(strict=False, ge=1, le=3)] = None
    action: Annotated[str, Field(max_length=80)] = ""
    team: Annotated[str, Field(max_length=50)] = ""
    requester: Annotated[str, Field(max_length=150, description="A user name.")] = ""
    namespace: Annotated[str, Field(max_length=63)] = ""
    waiting_for: Annotated[Literal["me"] | None, Field(description="What the caller may decide and has not decided, oldest first.")] = None


class ReportFilters(Page):
    """All that are given have to hold."""

    cluster: Annotated[str, Field(max_length=50)] = ""
    namespace: Annotated[str, Field(max_length=63)] = ""
    page_size: Annotated[int, Field(strict=False, ge=1, le=20)] = 10


class Place(Body):
    """Where an action would act."""

    cluster: Annotated[str, Field(max_length=50)] = ""
    namespace: Annotated[str, Field(max_length=63)] = ""


def parse(model: type[B], body: object) -> B:
    """Raises BadBody, pointing at the first thing that is wrong and listing all."""
    if not isinstance(body, dict):
        raise BadBody("The body must be a JSON object.", pointer="")
    try:
        return model.model_validate(body)
    except ValidationError as error:
        wrong = [_wrong(model, detail) for detail in error.errors(include_url=False)]
        raise BadBody(_sentence(wrong[0]), pointer=wrong[0]["pointer"], hint=wrong[0].get("suggestion"), errors=wrong) from error


def parse_query(model: type[B], query: QueryDict) -> B:
    """Raises BadQuery, naming the first parameter that is wrong and listing all."""
    try:
        return model.model_validate({name: _values(model, name, query.getlist(name)) for name in query})
    except ValidationError as error:
        wrong = [_wrong(model, detail) for detail in error.errors(include_url=False)]
        parameter = wrong[0]["pointer"].split("/")[1]
        raise BadQuery(_sentence(wrong[0]), hint=wrong[0].get("suggestion"), parameter=parameter, errors=wrong) from error


def _values(model: type[BaseModel], name: str, values: list[str]) -> list[str] | str:
    if any("\0" in value for value in values):
        raise BadQuery(f"{name} holds a NUL character.", parameter=name)
    field = model.model_fields.get(name)
    if field is not None and get_origin(field.annotation) is list:
        return values
    if len(values) > 1:
        raise BadQuery(f"{name} is given {len(values)} times.", parameter=name)
    return values[0]


def _wrong(model: type[BaseModel], detail: ErrorDetails) -> dict[str, str]:
    at, message = detail["loc"], detail["msg"].removeprefix("Value error, ")
    wrong = {"pointer": pointer(at), "message": message}
    if detail["type"] == "extra_forbidden":
        name = str(at[-1])
        decided_here = name in READ_ONLY and name not in members_at(model, at[:-1])
        wrong["message"] = f"{name} is not a member that can be sent" if name in READ_ONLY else f"{name} is not known here"
        wrong["suggestion"] = f"Leave {name} out: the server decides it." if decided_here else suggestion(model, at)
    return wrong


def _sentence(wrong: Mapping[str, str]) -> str:
    where = wrong["pointer"].replace("/", ".").lstrip(".")
    return f"{where}: {wrong['message']}." if where else f"{wrong['message']}."
