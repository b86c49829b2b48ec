"""/api/v1/policies/evaluate/: what a submission would say, without one."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api import schema
from api.authentication import caller
from api.bodies import EvaluateBody, parse
from api.errors import BadBody
from api.policy_outputs import EvaluationOut, ResourceOut, ResultOut
from api.represent import result_members
from api.views import ApiView
from autonomy.errors import BadTarget
from autonomy.services.evaluate import Candidate, evaluate
from guidance.documents.jsontype import JsonValue
from guidance.documents.pointer import find
from guidance.judging.results import Outcome, Results
from guidance.manifests.review import asked

OPERATIONS = ("CREATE", "UPDATE", "DELETE", "CONNECT")
ADMISSION: Mapping[str, tuple[Callable[[JsonValue], bool], str]] = {
    "operation": (lambda value: value in OPERATIONS, f"one of {', '.join(OPERATIONS)}"),
    "namespace": (lambda value: isinstance(value, str), "text"),
    "oldObject": (lambda value: isinstance(value, dict), "an object, or null"),
}
"""What decides how an AdmissionReview is judged, and what each may be."""


class EvaluateView(ApiView):
    @extend_schema(
        operation_id="evaluate_manifests",
        summary="What a submission would say of manifests",
        description=schema.EVALUATE,
        tags=["policies"],
        request=EvaluateBody,
        responses={200: EvaluationOut, **schema.problems(BadTarget)},
    )
    def post(self, http: Request) -> Response:
        body = parse(EvaluateBody, http.data)
        candidates = list(_candidates(body))
        judged = evaluate(candidates, cluster=body.cluster, epoch=caller(http).epoch)
        return Response(_evaluation(candidates, judged))


def _candidates(body: EvaluateBody) -> Iterator[Candidate]:
    """Raises BadBody."""
    if body.request is None:
        says_old = body.old is not None
        yield from (Candidate(manifest, body.namespace, old, says_old) for manifest, old in zip(body.manifests, body.befores, strict=True))
        return
    _check_admission(body.request)
    about = asked(body.request)
    if about is None:
        return
    if about.manifest is None:
        raise BadBody(f"request.{about.place} is no object, so there is nothing to judge.", pointer=f"/request/{about.place}")
    yield Candidate(about.manifest, about.namespace, about.old, True, about.more)


def _check_admission(request: Mapping[str, JsonValue]) -> None:
    """Whoever got one of these wrong would be told of another place or another operation. Raises BadBody."""
    for name, (fits, what) in ADMISSION.items():
        if request.get(name) is not None and not fits(request[name]):
            raise BadBody(f"request.{name} must be {what}.", pointer=f"/request/{name}")


def _evaluation(candidates: Sequence[Candidate], judged: Sequence[Results]) -> EvaluationOut:
    results = [
        ResultOut(document=number, **result_members(result, _resource(one)))
        for number, (one, found) in enumerate(zip(candidates, judged, strict=True), 1)
        for result in found.results
    ]
    counts = Counter(result.result for result in results)
    summary = {outcome: counts[outcome] for outcome in Outcome}
    return EvaluationOut(results=results, summary=summary, mended=[one.mended for one in judged])


def _resource(one: Candidate) -> ResourceOut:
    named = {name: _text(one.manifest.get(name)) for name in ("apiVersion", "kind")}
    name = _text(find(one.manifest, ("metadata", "name"))) or _text(find(one.manifest, ("metadata", "generateName")))
    return ResourceOut(**named, namespace=one.place, name=name)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else ""
