"""Timestamps and durations: how they are read and written, and what they tell."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from functools import partial
from zoneinfo import ZoneInfo

from guidance.expressions.errors import EvaluationError
from guidance.expressions.functions.operators import NANOS, checked_timestamp
from guidance.expressions.values import INT64, Duration, Timestamp

UNITS = {
    "ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": NANOS, "m": 60 * NANOS, "h": 3600 * NANOS,
}  # fmt: skip
STEP = re.compile(r"(?P<whole>[0-9]*)(?:\.(?P<fraction>[0-9]*))?(?P<unit>[^0-9.]+)")
RFC3339 = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{1,2}):([0-9]{2}):([0-9]{2})(?:[.,](?P<fraction>[0-9]+))?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})"
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR, MINUTE = 3600, 60


def parse_duration(text: str) -> Duration:
    """Signs, decimals and units, such as `-1h30m`. Raises EvaluationError."""
    sign = -1 if text.startswith("-") else 1
    rest = text[1:] if text[:1] in {"+", "-"} else text
    nanos = 0
    for found in _steps(rest):
        unit = UNITS[found["unit"]]
        fraction = found["fraction"] or ""
        nanos += int(found["whole"] or 0) * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)
    if sign * nanos not in INT64:
        raise _unconverted("google.protobuf.Duration")
    return Duration(sign * nanos)


def _steps(text: str) -> list[re.Match[str]]:
    steps: list[re.Match[str]] = []
    at = 0
    while at < len(text) and text != "0":
        found = STEP.match(text, at)
        if not found or found["unit"] not in UNITS or not (found["whole"] or found["fraction"]) or len(found[0]) > 40:
            raise _unconverted("google.protobuf.Duration")
        steps.append(found)
        at = found.end()
    if not text:
        raise _unconverted("google.protobuf.Duration")
    return steps


def parse_timestamp(text: str) -> Timestamp:
    """Raises EvaluationError."""
    found = RFC3339.fullmatch(text)
    try:
        moment = datetime(*(int(found[group]) for group in range(1, 7)), tzinfo=UTC) if found else None  # type: ignore[arg-type, misc]
    except ValueError:
        moment = None
    offset = _zone_seconds(found["zone"]) if found else None
    if moment is None or found is None or offset is None:
        raise _unconverted("google.protobuf.Timestamp")
    fraction = (found["fraction"] or "")[:9].ljust(9, "0")
    seconds = int((moment - EPOCH).total_seconds()) - offset
    return checked_timestamp(seconds * NANOS + int(fraction), offset)


def _zone_seconds(zone: str) -> int | None:
    if zone == "Z":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:])
    if hours > 24 or minutes > 60:
        return None
    return (hours * HOUR + minutes * MINUTE) * (-1 if zone[0] == "-" else 1)


def _unconverted(name: str) -> EvaluationError:
    return EvaluationError(f"type conversion error from 'string' to '{name}'")


def timestamp_text(value: Timestamp) -> str:
    """In the zone that it was written in, with as many digits as it needs."""
    seconds, nanos = divmod(value.nanos, NANOS)
    moment = EPOCH + timedelta(seconds=seconds + value.offset)
    fraction = f".{nanos:09d}".rstrip("0").rstrip(".")
    sign, minutes = "-" if value.offset < 0 else "+", abs(value.offset) // MINUTE
    zone = f"{sign}{minutes // MINUTE:02d}:{minutes % MINUTE:02d}" if value.offset else "Z"
    return f"{moment:%Y-%m-%dT%H:%M:%S}".rjust(19, "0") + fraction + zone


def duration_text(value: Duration) -> str:
    """In seconds, with the digits of a double."""
    seconds = abs(value.nanos) // NANOS + abs(value.nanos) % NANOS / NANOS
    return f"{'-' if value.nanos < 0 else ''}{Decimal(repr(seconds)):f}".removesuffix(".0") + "s"


def _truncated(unit: int, value: Duration) -> int:
    return abs(value.nanos) // unit * (-1 if value.nanos < 0 else 1)


def _told(tell: Callable[[datetime], int], value: Timestamp, zone: str = "") -> int:
    moment = EPOCH + timedelta(seconds=value.nanos // NANOS)
    try:
        return tell(moment.astimezone(_zone(zone)))
    except OverflowError as error:
        raise EvaluationError("timestamp overflow") from error


def _milliseconds(value: Timestamp, zone: str = "") -> int:
    _zone(zone)
    return value.nanos % NANOS // 1_000_000


def _zone(name: str) -> timezone | ZoneInfo:
    """By its name, or hours and minutes from UTC. Raises EvaluationError."""
    hours, colon, minutes = name.partition(":")
    try:
        if not colon:
            return ZoneInfo(name) if name else UTC
        offset = int(hours) * MINUTE + (-int(minutes) if name.startswith("-") else int(minutes))
        return timezone(timedelta(minutes=offset))
    except (LookupError, ValueError, OSError) as error:
        raise EvaluationError(f"unknown time zone {name}") from error


TOLD: dict[str, Callable[[datetime], int]] = {
    "getFullYear": lambda moment: moment.year,
    "getMonth": lambda moment: moment.month - 1,
    "getDate": lambda moment: moment.day,
    "getDayOfMonth": lambda moment: moment.day - 1,
    "getDayOfWeek": lambda moment: moment.isoweekday() % 7,
    "getDayOfYear": lambda moment: moment.timetuple().tm_yday - 1,
    "getHours": lambda moment: moment.hour,
    "getMinutes": lambda moment: moment.minute,
    "getSeconds": lambda moment: moment.second,
}
KNOWN: dict[str, Callable[..., object]] = {
    **{f"timestamp.{name}() -> int": partial(_told, tell) for name, tell in TOLD.items()},
    **{f"timestamp.{name}(string) -> int": partial(_told, tell) for name, tell in TOLD.items()},
    "timestamp.getMilliseconds() -> int": _milliseconds,
    "timestamp.getMilliseconds(string) -> int": _milliseconds,
    "duration.getHours() -> int": partial(_truncated, UNITS["h"]),
    "duration.getMinutes() -> int": partial(_truncated, UNITS["m"]),
    "duration.getSeconds() -> int": partial(_truncated, UNITS["s"]),
    "duration.getMilliseconds() -> int": partial(_truncated, UNITS["ms"]),
}
