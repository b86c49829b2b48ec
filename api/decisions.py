"""/api/v1/requests/{id}/approve|deny|cancel/: what ends the waiting."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.models import Scope
from api import schema
from api.authentication import caller
from api.bodies import ApproveBody, CancelBody, DenyBody, parse
from api.media import answer
from api.outputs import RequestOut
from api.represent import request_out, reviewed_out
from api.views import ApiView, base_of
from approvals import errors
from approvals.services.decide import approve, deny
from audit.ledger import TooContended
from autonomy.errors import MayNotCancel, MayNotSee
from autonomy.services.cancel import cancel
from autonomy.status import IllegalTransition

REFUSALS = (
    MayNotSee, errors.NotAPerson, errors.OwnRequest, errors.NotYourStage, errors.NotOpen, errors.ReviewExpired, errors.AlreadyDecided,
)  # fmt: skip


class ApproveView(ApiView):
    needs = Scope.DECIDE
    confirms_itself = True

    @extend_schema(
        operation_id="approve_request",
        summary="Approve the plan that was seen",
        description=schema.APPROVE,
        tags=["decisions"],
        request=ApproveBody,
        responses={200: RequestOut, **schema.problems(*REFUSALS, errors.PlanChanged, errors.ReviewChanged, TooContended)},
    )
    def post(self, http: Request, pk: UUID) -> HttpResponse:
        body = parse(ApproveBody, http.data)
        deciding = caller(http)
        review = approve(pk, actor=deciding.actor, digest=body.digest, comment=body.comment, epoch=deciding.epoch)
        return answer(reviewed_out(review, deciding, base_of(http)))


class DenyView(ApiView):
    needs = Scope.DECIDE

    @extend_schema(
        operation_id="deny_request",
        summary="Deny a request, with a reason",
        description="One denial ends the request. The same denial again changes nothing.",
        tags=["decisions"],
        request=DenyBody,
        responses={200: RequestOut, **schema.problems(*REFUSALS, errors.CommentMissing, TooContended)},
    )
    def post(self, http: Request, pk: UUID) -> HttpResponse:
        body = parse(DenyBody, http.data)
        deciding = caller(http)
        review = deny(pk, actor=deciding.actor, comment=body.comment)
        return answer(reviewed_out(review, deciding, base_of(http)))


class CancelView(ApiView):
    needs = Scope.WRITE

    @extend_schema(
        operation_id="cancel_request",
        summary="Cancel one's own request",
        description="As long as it has not started. Who owns a service account may cancel what that has asked for. "
        "Cancelling again changes nothing.",
        tags=["decisions"],
        request=CancelBody,
        responses={200: RequestOut, **schema.problems(MayNotSee, MayNotCancel, IllegalTransition, TooContended)},
    )
    def post(self, http: Request, pk: UUID) -> HttpResponse:
        parse(CancelBody, http.data)
        asking = caller(http)
        return answer(request_out(cancel(pk, actor=asking.actor), asking, base_of(http)))
