"""/api/v1/requests/: asking for an action, and reading what was asked for."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from api import pages, schema
from api.authentication import Caller, caller
from api.bodies import OverrideBody, Page, RequestFilters, SubmitBody, parse, parse_query
from api.idempotency import fingerprint, key_of
from api.media import answer
from api.outputs import EventOut, PageOut, PolicyFailedOut, RequestOut
from api.policy_failure import answer_of
from api.represent import event_out, request_out, requests_out
from api.views import ApiView, base_of
from approvals.errors import NoRuleMatches, TooFewReviewers
from approvals.queries import waiting_for
from approvals.services.submit import submit
from audit.ledger import TooContended
from audit.models import Event
from autonomy import errors, queries
from autonomy.models import ActionRequest
from autonomy.status import Status
from autonomy.submission import Override, Submission


class RequestsView(ApiView):
    @property
    def needs(self) -> Scope:  # type: ignore[override]
        return Scope.WRITE if self.request.method == "POST" else Scope.READ

    @property
    def confirms_itself(self) -> bool:  # type: ignore[override]
        return self.request.method == "POST"

    @extend_schema(
        operation_id="submit_request",
        summary="Ask for an action",
        description=schema.SUBMIT,
        tags=["requests"],
        parameters=[schema.IDEMPOTENCY_KEY],
        request=SubmitBody,
        examples=schema.SUBMIT_EXAMPLES,
        responses={
            202: schema.accepted(RequestOut),
            (422, "application/problem+json"): schema.policy_failure(PolicyFailedOut),
            **schema.problems(
                errors.UnknownAction, errors.BadTarget, errors.BadParameters, errors.BadOverride, errors.MayNotSubmit,
                errors.NotYourNamespace, NoRuleMatches, TooFewReviewers, TooContended,
            ),
        },
    )  # fmt: skip
    def post(self, http: Request) -> HttpResponse:
        body = parse(SubmitBody, http.data)
        asking = caller(http)
        request, replayed = submit(_submission(body, http), actor=asking.actor, epoch=asking.epoch)
        return _submitted(request, asking, http, replayed=replayed)

    @extend_schema(
        operation_id="list_requests",
        summary="List the requests that one may see",
        description="Newest first; with `waiting_for=me` oldest first. All filters that are given have to hold.",
        tags=["requests"],
        parameters=schema.query(RequestFilters),
        responses=PageOut[RequestOut],
    )
    def get(self, http: Request) -> Response:
        filters = parse_query(RequestFilters, http.query_params)
        asking = caller(http)
        order = pages.oldest_first() if filters.waiting_for else pages.newest_first()
        return pages.answer(order, _found(filters, asking), http, filters, lambda rows: requests_out(rows, asking, base_of(http)))


class RequestView(ApiView):
    confirms_itself = True

    @extend_schema(
        operation_id="read_request",
        summary="Read one request",
        tags=["requests"],
        responses={200: RequestOut, **schema.problems(errors.MayNotSee)},
    )
    def get(self, http: Request, pk: UUID) -> HttpResponse:
        asking = caller(http)
        return answer(request_out(queries.read(pk, actor=asking.actor, epoch=asking.epoch), asking, base_of(http)))


class EventsView(ApiView):
    @extend_schema(
        operation_id="list_events",
        summary="The history of a request",
        description="In time order, as the ledger has it.",
        tags=["requests"],
        parameters=schema.query(Page),
        responses={200: PageOut[EventOut], **schema.problems(errors.MayNotSee)},
    )
    def get(self, http: Request, pk: UUID) -> Response:
        page = parse_query(Page, http.query_params)
        request = queries.read(pk, actor=caller(http).actor)
        events = Event.objects.filter(stream=request.id)
        return pages.answer(pages.by_seq(), events, http, page, lambda rows: [event_out(row) for row in rows])


def _submission(body: SubmitBody, http: Request) -> Submission:
    key = key_of(http)
    return Submission(
        action=body.action,
        cluster=body.target.cluster,
        namespace=body.target.namespace,
        name=body.target.name,
        kind=body.target.kind,
        parameters=body.parameters,
        reason=body.reason,
        dry_run=body.dry_run,
        override=_override(body.override),
        idempotency_key=key,
        fingerprint=fingerprint(http) if key else "",
    )


def _override(body: OverrideBody | None) -> Override | None:
    return None if body is None else Override(tuple(body.policies), body.reason, body.until)


def _submitted(request: ActionRequest, asking: Caller, http: Request, *, replayed: bool) -> HttpResponse:
    out = request_out(request, asking, base_of(http))
    headers = {"Location": out.links.self} | ({"Idempotency-Replayed": "true"} if replayed else {})
    if request.status == Status.POLICY_FAILED:
        return answer_of(out, http, headers)
    return answer(out, status=202, headers=headers)


def _found(filters: RequestFilters, asking: Caller) -> QuerySet[ActionRequest]:
    rows = waiting_for(asking.actor) if filters.waiting_for else queries.visible(asking.actor)
    wanted = {
        "status__in": filters.status, "level": filters.level, "action": filters.action, "team_id": filters.team,
        "requester_name": filters.requester, "namespace": filters.namespace,
    }  # fmt: skip
    return rows.filter(**{name: value for name, value in wanted.items() if value})
