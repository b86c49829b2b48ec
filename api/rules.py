"""/api/v1/boundaries/, policies/, approval-rules/: public to everybody who is signed in; they change by requests only."""

from django.db.models import Model
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import pages, schema
from api.bodies import Page, parse_query
from api.outputs import ApprovalRuleOut, BoundaryOut, Out, PageOut, PolicyOut
from api.views import ApiView
from approvals.models import ApprovalRule
from autonomy.models import Boundary
from guidance.models import Policy
from guidance.policy import Enforcement


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


class PoliciesView(ApiView):
    @extend_schema(
        operation_id="list_policies",
        summary="The policies in force",
        tags=["rules"],
        parameters=schema.query(Page),
        responses=PageOut[PolicyOut],
    )
    def get(self, http: Request) -> Response:
        page = parse_query(Page, http.query_params)
        return pages.answer(pages.by_slug(), Policy.objects.all(), http, page, lambda rows: [_policy(row) for row in rows])


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


def _policy(row: Policy) -> PolicyOut:
    return PolicyOut(slug=row.slug, version=row.version, enforcement=Enforcement(row.enforcement), owner=row.owner_id, source=row.source)
