"""Lists page by page: cursors that follow an index, so that the last page costs as much as the first."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import Page
from api.errors import BadQuery
from api.outputs import Out


class Pages(CursorPagination):
    """Pages in this order; the first field is what a cursor holds, and what `position` can parse."""

    def __init__(self, ordering: tuple[str, ...], position: Callable[[str], object]) -> None:
        self.ordering = ordering
        self._position = position

    def decode_cursor(self, request: Request) -> Cursor | None:
        """Raises BadQuery for a cursor that this list never gave out."""
        try:
            cursor: Cursor | None = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                self._position(str(cursor.position))
        except (NotFound, ValueError, OverflowError) as error:
            raise BadQuery("cursor is not one that this list gave out.", parameter="cursor") from error
        return cursor


def newest_first() -> Pages:
    return Pages(("-created_at", "-id"), _moment)


def oldest_first() -> Pages:
    return Pages(("created_at", "id"), _moment)


def by_slug() -> Pages:
    return Pages(("slug",), _without_nul)


def by_place() -> Pages:
    """Rows that are annotated with `place`."""
    return Pages(("place",), _without_nul)


def by_seq() -> Pages:
    return Pages(("seq",), int)


def answer(pages: Pages, rows: QuerySet[Any], http: Request, page: Page, out: Callable[[list[Any]], Sequence[Out]]) -> Response:
    """One page of the rows, each list of them turned into outputs at once."""
    pages.page_size = page.page_size
    found = pages.paginate_queryset(rows, http)
    return Response({"results": out(found or []), "next": pages.get_next_link(), "previous": pages.get_previous_link()})


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError(text)
    return text
