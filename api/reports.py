"""/api/v1/policies/reports/: what the policies say of what runs."""

from django.db.models import QuerySet, Value
from django.db.models.functions import Concat
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import pages, schema
from api.authentication import caller
from api.bodies import ReportFilters, parse_query
from api.outputs import PageOut
from api.policy_outputs import ReportOut
from api.views import ApiView
from audit.actor import Actor
from guidance.models import NamespaceReport
from guidance.services.seeing import namespaces_of

PLACE = Concat("namespace__cluster_id", Value("/"), "namespace__name")


class ReportsView(ApiView):
    @extend_schema(
        operation_id="list_policy_reports",
        summary="What the policies say of what runs",
        description=schema.REPORTS,
        tags=["policies"],
        parameters=schema.query(ReportFilters),
        responses=PageOut[ReportOut],
    )
    def get(self, http: Request) -> Response:
        filters = parse_query(ReportFilters, http.query_params)
        rows = _found(filters, caller(http).actor)
        return pages.answer(pages.by_place(), rows, http, filters, lambda found: [_report(row) for row in found])


def _found(filters: ReportFilters, actor: Actor) -> QuerySet[NamespaceReport]:
    wanted = {"namespace__cluster_id": filters.cluster, "namespace__name": filters.namespace}
    rows = NamespaceReport.objects.filter(namespace__in=namespaces_of(actor), **{name: value for name, value in wanted.items() if value})
    return rows.select_related("namespace").annotate(place=PLACE)


def _report(row: NamespaceReport) -> ReportOut:
    where = row.namespace
    return ReportOut.model_validate(
        {
            "cluster": where.cluster_id,
            "namespace": where.name,
            "team": where.team_id,
            "environment": where.environment,
            "scanned_at": row.scanned_at,
            "summary": row.summary,
            "results": [{"because": None, **result} for result in row.results],
            "left_off": row.left_off,
            "problems": row.problems,
        }
    )
