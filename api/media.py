"""JSON in, JSON out: what DRF reads and writes."""

from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.http import HttpResponse
from pydantic import BaseModel
from pydantic_core import to_json
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api import strict_json
from api.errors import BodyTooLarge

ACCEPTS_JSON = frozenset({"*/*", "application/json"})


class JsonOnly(DefaultContentNegotiation):
    """What nearly every client accepts needs no parsing of its wishes."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        if request.META.get("HTTP_ACCEPT", "*/*") in ACCEPTS_JSON:
            return JsonRenderer(), JsonRenderer.media_type
        chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return chosen


def answer(out: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """The same bytes as a Response of DRF would render later, without its detour through Django's templates."""
    return HttpResponse(to_json(out), status=status, headers=dict(headers or {}), content_type=JsonRenderer.media_type)


class StrictJsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],  # noqa: ARG002
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Django keeps the body, where a stream is read but once: a caller may have to be recognised anew (ApiView.dispatch)."""
        assert parser_context is not None  # noqa: S101 DRF always gives it
        http = parser_context["request"]
        announced = http.META.get("CONTENT_LENGTH")
        if announced and int(announced) > strict_json.MAX_BYTES:
            raise BodyTooLarge(f"The body has {announced} bytes; {strict_json.MAX_BYTES} are the most.")
        return strict_json.loads(http.body)


class JsonRenderer(BaseRenderer):
    """Writes pydantic models, and dicts and lists of them."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,  # noqa: ARG002
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> bytes:
        return b"" if data is None else to_json(data)
