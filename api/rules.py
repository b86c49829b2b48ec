"""/api/v1/boundaries/, approval-rules/: public to everybody who is signed in; they change by requests only."""

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import pages, schema
from api.bodies import Page, parse_query
from api.outputs import ApprovalRuleOut, BoundaryOut, Out, PageOut
from api.views import ApiView
from approvals.models import ApprovalRule
from autonomy.models import Boundary


class BoundariesView(ApiView):
    @extend_schema(
        operation_id="list_boundaries",
        summary="The autonomy boundaries",
        description="What is allowed where, at which level, and why where it is restricted.",
        tags=["rules"],
        parameters=schema.query(Page),
        responses=PageOut[BoundaryOut],
    )
    def get(self, http: Request) -> Response:
        return _page(http, Boundary, BoundaryOut)


class ApprovalRulesView(ApiView):
    @extend_schema(
        operation_id="list_approval_rules",
        summary="Who must approve what",
        tags=["rules"],
        parameters=schema.query(Page),
        responses=PageOut[ApprovalRuleOut],
    )
    def get(self, http: Request) -> Response:
        return _page(http, ApprovalRule, ApprovalRuleOut)


def _page(http: Request, model: type[Model], out: type[Out]) -> Response:
    page = parse_query(Page, http.query_params)
    rows = model._default_manager.all()
    return pages.answer(pages.by_slug(), rows, http, page, lambda found: [out.model_validate(row, from_attributes=True) for row in found])
