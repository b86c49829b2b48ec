"""JSON in, JSON out: what DRF reads and writes."""

from collections.abc import Mapping
from typing import IO, Any

from pydantic_core import to_json
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from api import strict_json
from api.errors import BodyTooLarge


class StrictJsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        announced = parser_context["request"].META.get("CONTENT_LENGTH") if parser_context else None
        if announced and int(announced) > strict_json.MAX_BYTES:
            raise BodyTooLarge(f"The body has {announced} bytes; {strict_json.MAX_BYTES} are the most.")
        return strict_json.loads(stream.read(strict_json.MAX_BYTES + 1))


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
