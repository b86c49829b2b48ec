"""The OpenAPI document: pydantic models are the source, problems come from their classes."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from drf_spectacular.drainage import set_override
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiExample, OpenApiParameter, OpenApiResponse
from pydantic import BaseModel

from api import errors
from api.outputs import ProblemOut
from api.problems import MEDIA_TYPE
from audit.problems import Problem
from autonomy.errors import IdempotencyMismatch

Schema = dict[str, Any]
PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}}

SUBMIT = """
Level 1 runs at once. Level 2 runs at once unless policies refuse it (422, with findings and their fixes; `mended` is the manifest with
all of them, ready to be sent). Level 3 waits for people.
The answer comes at once (202); `status` tells how far it is. What a request may contain is told by the catalogue, `GET /api/v1/actions/`.
""".strip().replace("\n", " ")
APPROVE = """
The same approval again changes nothing. When nothing is missing any more, exactly this plan runs. Another digest than that of the plan
which waits is a `plan-changed`: `seen` and `current` are the digests, `moved` is the difference between the two plans, or null where the
digest that was sent never was that of a plan of this request.
""".strip().replace("\n", " ")
EVALUATE = """
By the policies in force, at the level that they have in the place where each manifest goes, and with the exemptions that hold there:
CI hears what a submission would say. Where a policy judges an update otherwise than a creation, and nobody says what a manifest replaces,
it is read from the cluster. Nothing is recorded. Takes manifests, or one AdmissionReview (of a DELETE, policies
about deletions judge `oldObject`; a CONNECT has no results).
""".strip().replace("\n", " ")
REPORTS = """
What the policies in force say of what runs, as of the last background scan (`scanned_at`). Of the namespaces of one's own teams; admins,
security and auditors see all.
""".strip().replace("\n", " ")
WHAT_IF = """
Reads the clusters now, and judges their live workloads by this policy alone: as it is, with another body or at other levels. Exemptions
in force hold. Of the namespaces of one's own teams; admins, security and auditors see all. Nothing is recorded. Under a name that no
policy has, `source` says what to suppose.
""".strip().replace("\n", " ")
TARGET = {"cluster": "sandbox", "namespace": "payments-dev", "name": "api"}
SUBMIT_EXAMPLES = [
    OpenApiExample("Restart", value={"action": "deployment.restart", "target": TARGET, "reason": "It lost its cache."}, request_only=True),
    OpenApiExample(
        "Scale", value={"action": "deployment.scale", "target": TARGET, "parameters": {"replicas": 3}, "reason": "Sale."}, request_only=True
    ),
    OpenApiExample(
        "Quota",
        value={
            "action": "quota.set",
            "target": {**TARGET, "name": "compute"},
            "parameters": {"hard": {"requests.cpu": "8"}},
            "reason": "The new service needs more.",
        },
        request_only=True,
    ),
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,255}$"},
    OpenApiParameter.HEADER,
    description="For 24 h the same key of the same account gives the first answer's code with today's request, and "
    "`Idempotency-Replayed: true`; with another body it is refused.",
)
REPLAYED = {"schema": {"type": "string", "enum": ["true"]}, "description": "There when an Idempotency-Key gave the request before."}
LOCATION = {"schema": {"type": "string", "format": "uri"}, "description": "The request."}


class FromPydantic(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """A pydantic model as a component: as it is read in requests, as it is written in responses."""

    target_class = "pydantic.BaseModel"
    match_subclasses = True
    priority = 1

    def get_name(self, auto_schema: AutoSchema, direction: Direction) -> str:  # noqa: ARG002
        set_override(self.target, "suppress_collision_warning", True)  # the parts of a model are known by name only
        return component_name(self.target)

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> Schema:
        mode = "validation" if direction == "request" else "serialization"
        schema: Schema = self.target.model_json_schema(ref_template="#/components/schemas/{model}", mode=mode)
        for name, definition in schema.pop("$defs", {}).items():
            component = ResolvedComponent(name, ResolvedComponent.SCHEMA, definition, name)  # type: ignore[no-untyped-call]
            auto_schema.registry.register_on_missing(component)
        return schema


class BearerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.BearerToken"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:  # noqa: ARG002
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API token (`daf_…`) with the scopes requests:read, requests:write, requests:decide.",
        }


class AdminSessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.AdminSession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:  # noqa: ARG002
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "The admin's session; changes need X-CSRFToken too."}


def component_name(model: type[BaseModel]) -> str:
    """`PageOut[RequestOut]` has brackets, which a component's name cannot have."""
    return model.__name__.replace("[", "Of").replace("]", "")


def problems(*kinds: type[Problem]) -> dict[tuple[int, str], OpenApiResponse]:
    """Responses for these kinds of problem, by status: what an operation can answer beside what all can."""
    by_status: dict[int, list[type[Problem]]] = defaultdict(list)
    for kind in kinds:
        by_status[kind.status].append(kind)
    return {(status, MEDIA_TYPE): OpenApiResponse(ProblemOut, _description(same)) for status, same in sorted(by_status.items())}


def accepted(model: type[BaseModel]) -> OpenApiResponse:
    return OpenApiResponse(model, "Recorded; `status` tells how far it is.")


def policy_failure(model: type[BaseModel]) -> OpenApiResponse:
    return OpenApiResponse(model, _description([errors.PolicyFailed, IdempotencyMismatch]))


def query(model: type[BaseModel]) -> list[OpenApiParameter]:
    """The fields of a model as query parameters."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    return [_parameter(name, _inlined(field, definitions)) for name, field in schema["properties"].items()]


def _parameter(name: str, field: Schema) -> OpenApiParameter:
    description = field.pop("description", "")
    field.pop("title", None)
    field.pop("default", None)
    return OpenApiParameter(name, field, OpenApiParameter.QUERY, description=description)


def _inlined(field: Any, definitions: Mapping[str, Any]) -> Any:
    """Without references and without null, which no query can hold."""
    if isinstance(field, list):
        return [_inlined(item, definitions) for item in field]
    if not isinstance(field, dict):
        return field
    if "$ref" in field:
        return _inlined(definitions[field["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in field:
        (only,) = [form for form in field["anyOf"] if form != {"type": "null"}]
        field = {**only, **{name: value for name, value in field.items() if name != "anyOf"}}
    return {name: _inlined(value, definitions) for name, value in field.items()}


def _description(kinds: list[type[Problem]]) -> str:
    return "\n".join(f"- `{kind.slug}`: {kind.title}." for kind in sorted(kinds, key=lambda kind: kind.slug))


def only_with_slash(endpoints: list[tuple[str, str, str, Any]], **_: object) -> list[tuple[str, str, str, Any]]:
    """Each address is served with and without a trailing slash, and told once."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/") and endpoint[0].endswith("/")]


def with_common_problems(result: Schema, **_: object) -> Schema:
    """What every operation can answer."""
    for path, item in result["paths"].items():
        for operation in item.values():
            for kind in _common(path, operation):
                response = operation["responses"].setdefault(str(kind.status), {"description": "", "content": PROBLEM})
                line = _description([kind])
                if line not in response["description"]:
                    response["description"] = f"{response['description']}\n{line}".strip()
    submit = result["paths"]["/api/v1/requests/"]["post"]["responses"]
    for code in ("202", "422"):
        submit[code]["headers"] = {"Location": LOCATION, "Idempotency-Replayed": REPLAYED}
    refused = submit["422"]["content"][MEDIA_TYPE]
    refused["schema"] = {"anyOf": [refused["schema"], PROBLEM[MEDIA_TYPE]["schema"]]}  # a mismatch of keys has no findings
    return result


def _common(path: str, operation: Schema) -> list[type[Problem]]:
    found: list[type[Problem]] = [errors.InternalError, errors.Unavailable, errors.NotAcceptable, errors.BadRequest]
    if operation.get("security"):
        found += [errors.Unauthenticated, errors.InvalidToken, errors.MissingScope]
    if "{" in path:
        found += [errors.UnknownAddress]
    if "requestBody" in operation:
        found += [errors.MalformedJson, errors.BadBody, errors.BodyTooLarge, errors.UnsupportedMediaType]
    if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])):
        found += [errors.BadQuery]
    if any(parameter["in"] == "header" for parameter in operation.get("parameters", [])):
        found += [errors.BadIdempotencyKey]
    return found
