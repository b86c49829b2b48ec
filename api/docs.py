"""/api/v1/openapi.json and /api/docs/: what the API takes and gives, for tools and for people. No script, nothing from elsewhere."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.views import PublicView

Schema = dict[str, Any]


class OpenApiView(PublicView):
    @extend_schema(exclude=True)
    def get(self, http: Request) -> HttpResponse:  # noqa: ARG002
        return HttpResponse(document(), content_type="application/json")


@cache
def document() -> bytes:
    """The same bytes as docs/openapi.json; made once per process."""
    schema = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    rendered: bytes = OpenApiJsonRenderer().render(schema, renderer_context={})
    return rendered


@dataclass(frozen=True)
class Operation:
    """One operation as the page shows it."""

    method: str
    path: str
    tag: str
    told: Schema
    body: str
    example: str

    @property
    def anchor(self) -> str:
        return str(self.told["operationId"])


@require_safe
def page(http: HttpRequest) -> HttpResponse:
    schema = json.loads(document())
    models = {name: _pretty(model) for name, model in sorted(schema["components"]["schemas"].items())}
    return render(http, "api/docs.html", {"info": schema["info"], "operations": list(_operations(schema)), "models": models})


def _operations(schema: Schema) -> Iterator[Operation]:
    for path, item in schema["paths"].items():
        for method, told in item.items():
            sent = told.get("requestBody", {}).get("content", {}).get("application/json", {})
            examples = [example["value"] for example in sent.get("examples", {}).values()]
            body = sent.get("schema", {}).get("$ref", "").rpartition("/")[2]
            yield Operation(method.upper(), path, told["tags"][0], told, body, _pretty(examples[0]) if examples else "")


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
