"""Formats of text that Kubernetes has names for: `format.dns1123Label().validate(text)` tells what is wrong, in Kubernetes' words."""

import datetime
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from guidance.expressions.functions import urls
from guidance.expressions.values import NOTHING, Maybe, Opaque

LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
LABEL_1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
SUBDOMAIN = rf"{LABEL}(\.{LABEL})*"
NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
LABEL_VALUE = f"({NAME})?"
UUID = re.compile("[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
BASE64 = re.compile("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
DATE = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
TIME = re.compile("([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|[+-][0-9]{2}:[0-9]{2})")
LONGEST_LABEL, LONGEST_SUBDOMAIN = 63, 253

LABEL_RULE = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', "
    "and must start and end with an alphanumeric character"
)
LABEL_1035_RULE = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', "
    "start with an alphabetic character, and end with an alphanumeric character"
)
SUBDOMAIN_RULE = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
    "and must start and end with an alphanumeric character"
)
NAME_RULE = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
LABEL_VALUE_RULE = f"a valid label must be an empty string or {NAME_RULE.removeprefix('must ')}"


@dataclass(frozen=True, slots=True)
class Format(Opaque):
    cel_type: ClassVar[str] = "kubernetes.NamedFormat"
    name: str

    def validate(self, text: str) -> Maybe:
        """What is wrong with the text, or nothing."""
        problems = list(FORMATS[self.name](text))
        return Maybe(problems) if problems else NOTHING


def named(name: str) -> Maybe:
    return Maybe(Format(name)) if name in FORMATS else NOTHING


def _matches(pattern: str, text: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def _misfit(rule: str, pattern: str, *examples: str) -> str:
    shown = " or ".join(f"'{example}', " for example in examples)
    return f"{rule} (e.g. {shown}regex used for validation is '{pattern}')"


def _too_long(text: str, most: int) -> Iterator[str]:
    if len(text.encode()) > most:
        yield f"must be no more than {most} characters"


def _label(text: str) -> Iterator[str]:
    yield from _too_long(text, LONGEST_LABEL)
    if not _matches(LABEL, text):
        yield "must not contain dots" if _matches(SUBDOMAIN, text) else _misfit(LABEL_RULE, LABEL, "my-name", "123-abc")


def _label_1035(text: str) -> Iterator[str]:
    yield from _too_long(text, LONGEST_LABEL)
    if not _matches(LABEL_1035, text):
        yield _misfit(LABEL_1035_RULE, LABEL_1035, "my-name", "abc-123")


def _subdomain(text: str) -> Iterator[str]:
    yield from _too_long(text, LONGEST_SUBDOMAIN)
    if not _matches(SUBDOMAIN, text):
        yield _misfit(SUBDOMAIN_RULE, SUBDOMAIN, "example.com")


def _prefix(check: Callable[[str], Iterator[str]], text: str) -> Iterator[str]:
    """Of a generated name: a dash may stand at its end, since more follows."""
    yield from check(f"{text[:-2]}a" if len(text) > 1 and text.endswith("-") else text)


def _label_value(text: str) -> Iterator[str]:
    yield from _too_long(text, LONGEST_LABEL)
    if not _matches(LABEL_VALUE, text):
        yield _misfit(LABEL_VALUE_RULE, LABEL_VALUE, "MyValue", "my_value", "12345")


def _qualified_name(text: str) -> Iterator[str]:
    prefix, slash, name = text.rpartition("/")
    misfit = _misfit(NAME_RULE, NAME, "MyName", "my.name", "123-abc")
    if "/" in prefix:
        yield f"a qualified name {misfit} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return
    if slash and not prefix:
        yield "prefix part must be non-empty"
    elif slash:
        yield from (f"prefix part {problem}" for problem in _subdomain(prefix))
    if not name:
        yield "name part must be non-empty"
    yield from (f"name part {problem}" for problem in _too_long(name, LONGEST_LABEL))
    if not _matches(NAME, name):
        yield f"name part {misfit}"


def _uri(text: str) -> Iterator[str]:
    if (problem := urls.problem(text)) is not None:
        yield problem


def _told(holds: Callable[[str], bool], message: str, text: str) -> Iterator[str]:
    if not holds(text):
        yield message


def _is_uuid(text: str) -> bool:
    return UUID.fullmatch(text) is not None


def _is_base64(text: str) -> bool:
    return BASE64.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    try:
        return bool(DATE.fullmatch(text)) and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return text.startswith("0000-") and _is_date(f"2000{text[4:]}")


def _is_datetime(text: str) -> bool:
    date, t, time = text.lower().partition("t")
    found = TIME.fullmatch(time.partition("t")[0])
    return bool(t and found) and _is_date(date) and found is not None and (found[1] <= "23" and found[2] <= "59" and found[3] <= "59")


FORMATS: dict[str, Callable[[str], Iterator[str]]] = {
    "dns1123Label": _label,
    "dns1123Subdomain": _subdomain,
    "dns1035Label": _label_1035,
    "dns1123LabelPrefix": partial(_prefix, _label),
    "dns1123SubdomainPrefix": partial(_prefix, _subdomain),
    "dns1035LabelPrefix": partial(_prefix, _label_1035),
    "qualifiedName": _qualified_name,
    "labelValue": _label_value,
    "uri": _uri,
    "uuid": partial(_told, _is_uuid, "does not match the UUID format"),
    "byte": partial(_told, _is_base64, "invalid base64"),
    "date": partial(_told, _is_date, "invalid date"),
    "datetime": partial(_told, _is_datetime, "invalid datetime"),
}

FUNCTIONS: dict[str, Callable[..., object]] = {
    "format.named(string) -> optional<Format>": named,
    "Format.validate(string) -> optional<list<string>>": Format.validate,
    **{f"format.{name}() -> Format": partial(Format, name) for name in FORMATS},
}
