"""What every error that a caller meets has in common, so that each door can translate it without knowing it."""

from collections.abc import Mapping
from typing import ClassVar


class Problem(Exception):
    """An error with the members of RFC 9457: title, status and hint live on the type, the message is the detail.

    `pointer` is a JSON pointer into the body that was sent; `extra` are further members of the problem document.
    """

    slug: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    hint: ClassVar[str] = ""

    def __init__(self, detail: str = "", *, pointer: str | None = None, hint: str | None = None, **extra: object) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.pointer = pointer
        self.suggestion = self.hint if hint is None else hint
        self.extra: Mapping[str, object] = extra
