"""What a pydantic model takes: said to somebody who sent a member that it does not know, and times as callers write them."""

import re
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

DATE_AND_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d")


def _is_written_out(value: object) -> object:
    """Pydantic alone would take seconds since 1970 too, as a number or as text."""
    if isinstance(value, datetime) or (isinstance(value, str) and DATE_AND_TIME.match(value)):
        return value
    raise ValueError("must be text with a date, a time and its offset, such as 2027-03-31T00:00:00Z")


Moment = Annotated[AwareDatetime, BeforeValidator(_is_written_out), Field(strict=False)]
"""A time in RFC 3339."""


def suggestion(model: type[BaseModel], at: tuple[int | str, ...]) -> str:
    """What may have been meant by the last of these steps, which the model does not know."""
    name, known = str(at[-1]), members_at(model, at[:-1])
    close = get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else f"What is known here: {', '.join(known) or 'nothing'}."


def members_at(model: type[BaseModel], at: tuple[int | str, ...]) -> list[str]:
    """The members of the model that lies there; of the last one on the way that is known."""
    for token in at:
        known = model.model_fields.get(str(token))
        model = (known and _model_in(known.annotation)) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    forms = [annotation, *(found for form in getattr(annotation, "__args__", ()) for found in (form, *getattr(form, "__args__", ())))]
    return next((form for form in forms if isinstance(form, type) and issubclass(form, BaseModel)), None)
