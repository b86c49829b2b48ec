"""What if a policy were enforced now: a form, and which live workloads would fail."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.admin.access import actor
from guidance.documents.source import PolicyError
from guidance.models import Policy
from guidance.policies.policy import Enforcement
from guidance.services.scan import identity
from guidance.services.seeing import namespaces_of
from guidance.services.supposing import suppose
from guidance.services.what_if import Answer, what_if

LONGEST_SOURCE = 100_000


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(http: HttpRequest, slug: str) -> HttpResponse:
    """Clusters are read when the button is pressed. Nothing is changed."""
    row = Policy.objects.filter(slug=slug).first()
    if row is None:
        raise Http404
    source = http.POST.get("source", row.source).replace("\r\n", "\n")[:LONGEST_SOURCE]
    as_in_force = "in-force" in http.POST
    context: dict[str, Any] = {"policy": row, "source": source, "as_in_force": as_in_force, "title": f"What if: {row.slug}"}
    if http.method == "POST":
        context |= _answered(http, row, source, as_in_force=as_in_force)
    return TemplateResponse(http, "guidance/what_if.html", {**admin.site.each_context(http), **context})


def _answered(http: HttpRequest, row: Policy, source: str, *, as_in_force: bool) -> Mapping[str, Any]:
    levels: tuple[Any, Any] = (Enforcement(row.enforcement), row.local_levels) if as_in_force else (None, None)
    try:
        supposed = suppose(row.slug, row, source=source, enforcement=levels[0], enforcement_in=levels[1])
    except PolicyError as error:
        return {"problems": error.problems}
    answer = what_if(supposed.policy, supposed.standing, namespaces_of(actor(http)))
    return {"answer": answer, "results": _results(answer)}


def _results(answer: Answer) -> list[Mapping[str, Any]]:
    return [{"resource": identity(one.workload), "place": one.namespace, **one.result.as_json()} for one in answer.failing]
