"""All addresses for machines. Each works with and without a trailing slash: a redirect would lose the body of a POST."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from api import actions, decisions, docs, evaluation, health, policies, problems, reports, requests, rules, what_if


def both(route: str, view: Callable[..., Any]) -> list[URLPattern]:
    return [path(f"{route}/", view), path(route, view)]


urlpatterns = [
    *both("api/v1/requests", requests.RequestsView.as_view()),
    *both("api/v1/requests/<uuid:pk>", requests.RequestView.as_view()),
    *both("api/v1/requests/<uuid:pk>/events", requests.EventsView.as_view()),
    *both("api/v1/requests/<uuid:pk>/approve", decisions.ApproveView.as_view()),
    *both("api/v1/requests/<uuid:pk>/deny", decisions.DenyView.as_view()),
    *both("api/v1/requests/<uuid:pk>/cancel", decisions.CancelView.as_view()),
    *both("healthz", health.HealthView.as_view()),
    *both("readyz", health.ReadyView.as_view()),
    *both("problems", problems.page),
    *both("problems/<slug:slug>", problems.page),
    *both("api/docs", docs.page),
    path("api/v1/openapi.json", docs.OpenApiView.as_view()),
    *both("api/v1/actions", actions.ActionsView.as_view()),
    *both("api/v1/boundaries", rules.BoundariesView.as_view()),
    *both("api/v1/policies", policies.PoliciesView.as_view()),
    *both("api/v1/policies/evaluate", evaluation.EvaluateView.as_view()),
    *both("api/v1/policies/reports", reports.ReportsView.as_view()),
    *both("api/v1/policies/<slug:slug>", policies.PolicyView.as_view()),
    *both("api/v1/policies/<slug:slug>/what-if", what_if.WhatIfView.as_view()),
    *both("api/v1/approval-rules", rules.ApprovalRulesView.as_view()),
]
