"""/api/v1/policies/: the policies in force, public to everybody who is signed in; they change by requests only."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import errors, pages, schema
from api.bodies import Page, parse_query
from api.outputs import PageOut
from api.policy_outputs import ExampleOut, ExemptionOut, LocalEnforcementOut, PolicyDetailOut, PolicyOut, VersionOut
from api.represent import findings_out
from api.views import ApiView
from guidance.models import Exemption, NamespaceReport, Policy
from guidance.policies.policy import Enforcement
from guidance.services import exemptions
from guidance.services.policies import as_judging
from guidance.services.showing import Example, examples
from guidance.services.versions import versions


class PoliciesView(ApiView):
    @extend_schema(
        operation_id="list_policies",
        summary="The policies in force",
        tags=["policies"],
        parameters=schema.query(Page),
        responses=PageOut[PolicyOut],
    )
    def get(self, http: Request) -> Response:
        page = parse_query(Page, http.query_params)
        return pages.answer(pages.by_slug(), Policy.objects.all(), http, page, lambda rows: [_policy(row) for row in rows])


class PolicyView(ApiView):
    @extend_schema(
        operation_id="read_policy",
        summary="Read one policy",
        description="With bindings, parameters, examples and what it says of them, whom it lets pass, and every body that was in force.",
        tags=["policies"],
        responses={200: PolicyDetailOut, **schema.problems(errors.UnknownAddress)},
    )
    def get(self, http: Request, slug: str) -> Response:  # noqa: ARG002
        return Response(_detail(found(slug)))


def found(slug: str) -> Policy:
    """Raises UnknownAddress."""
    row = Policy.objects.filter(slug=slug).first()
    if row is None:
        raise errors.UnknownAddress(f"There is no policy {slug!r}.", hint="GET /api/v1/policies/ lists what there is.")
    return row


def _policy(row: Policy) -> PolicyOut:
    policy = as_judging(row)
    guidance = policy.policy.guidance
    return PolicyOut(
        slug=row.slug,
        title=guidance.title,
        severity=guidance.severity,
        version=row.version,
        enforcement=Enforcement(row.enforcement),
        enforcement_in=[LocalEnforcementOut.model_validate(local) for local in row.enforcement_in],
        owner=row.owner_id,
        source=row.source,
        unreadable=str(policy.broken[0]) if policy.broken else None,
    )


def _detail(row: Policy) -> PolicyDetailOut:
    policy = as_judging(row)
    return PolicyDetailOut(
        **_policy(row).model_dump(),
        rationale=policy.policy.guidance.rationale,
        controls=list(policy.policy.guidance.controls),
        bindings=[binding.as_object() for binding in policy.policy.beside.bindings],
        params=list(policy.policy.beside.params),
        examples=[_example(one) for one in examples(policy)],
        exemptions=_exemptions(row),
        versions=[VersionOut.model_validate(one, from_attributes=True) for one in versions(row)],
    )


def _example(one: Example) -> ExampleOut:
    findings = findings_out(one.findings)
    return ExampleOut(name=one.name, manifest=one.manifest, old=one.old, namespaceObject=one.namespace_object, findings=findings)


def _exemptions(row: Policy) -> list[ExemptionOut]:
    reports = exemptions.reports()
    return [_exemption(one, reports.get((one.cluster_id, one.namespace))) for one in exemptions.in_force(row)]


def _exemption(one: Exemption, report: NamespaceReport | None) -> ExemptionOut:
    return ExemptionOut(
        cluster=one.cluster_id,
        namespace=one.namespace,
        kind=one.kind,
        name=one.name,
        until=one.until,
        reason=one.reason,
        asked_by=one.asked_by,
        granted_by=one.granted_by,
        granted_at=one.granted_at,
        request=one.request,
        suppresses=exemptions.suppresses(one, report),
    )
