"""Bodies that other readers would understand differently, or could choke on."""

import pytest

from api import strict_json
from api.errors import BodyTooLarge, MalformedJson
from autonomy.models import ActionRequest
from tests.plugins.world import Person, World

URL = "/api/v1/requests/"


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b'{"a": 1, "a": 2}', "The key 'a' stands twice in one object."),
        (b'{"a": NaN}', "NaN is not a number of JSON."),
        (b'{"a": -Infinity}', "-Infinity is not a number of JSON."),
        (b'{"a": 1e999}', "1e999 is too large a number."),
        (b'{"a": ' + b"1" * 5000 + b"}", "A number has too many digits."),
        (b'{"a": "\\u0000"}', "A text holds a NUL character."),
        (b'{"\\u0000": 1}', "A text holds a NUL character."),
        (b'{"a": "\\ud800"}', "A text holds half of a surrogate pair."),
        (b'{"a": "\xff"}', "Byte 7 of the body is not UTF-8."),
        (b"[" * 65 + b"]" * 65, "The body is nested more than 64 levels deep."),
        (b"[" * 100_000 + b"]" * 100_000, "The body is nested more than 64 levels deep."),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "The body is nested more than 64 levels deep."),
        (b'{"a": }', "Expecting value at line 1, column 7."),
        (b'\xef\xbb\xbf{"a": 1}', "Unexpected UTF-8 BOM (decode using utf-8-sig) at line 1, column 1."),
        (b"", "Expecting value at line 1, column 1."),
    ],
)
def test_what_is_refused(raw: bytes, detail: str) -> None:
    with pytest.raises(MalformedJson) as refused:
        strict_json.loads(raw)
    assert refused.value.detail == detail


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "\U0001f600"}),
        (b"[" * 64 + b"]" * 64, None),
        (b"[" + b"[]," * 1000 + b"1]", [*([[]] * 1000), 1]),
        (b'{"a": 0.5, "b": [1e3, null, true]}', {"a": 0.5, "b": [1000.0, None, True]}),
    ],
)
def test_what_looks_alike_and_is_accepted(raw: bytes, value: object) -> None:
    found = strict_json.loads(raw)
    assert value is None or found == value


def test_a_body_has_a_megabyte_at_most() -> None:
    assert strict_json.loads(b'"' + b"a" * (1024 * 1024 - 2) + b'"') is not None
    with pytest.raises(BodyTooLarge):
        strict_json.loads(b'"' + b"a" * (1024 * 1024 - 1) + b'"')


def test_where_a_text_is_wrong_is_told_by_a_pointer() -> None:
    with pytest.raises(MalformedJson) as refused:
        strict_json.loads(b'{"target": {"a/b": ["x", "\\u0000"]}}')
    assert refused.value.pointer == "/target/a~1b/1"


def test_the_api_tells_line_and_column(world: World, alice: Person) -> None:
    problem = alice.client.post(URL, b'{\n "action" "x"}').json()
    assert (problem["type"], problem["status"], problem["line"], problem["column"]) == ("/problems/malformed-json", 400, 2, 11)


def test_a_large_body_is_refused_by_what_it_announces(world: World, alice: Person) -> None:
    answer = alice.client.post(URL, b'{"reason": "' + b"a" * 1024 * 1024 + b'"}')

    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/body-too-large")
    assert ActionRequest.objects.count() == 0
