"""The type of JSON values. It is pydantic's, which takes long to load, and only the type checker needs it."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import JsonValue
else:
    JsonValue = Any

__all__ = ["JsonValue"]
