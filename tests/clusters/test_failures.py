"""Answers of the API server that the contract suite does not provoke."""

import json

import pytest

from clusters.advice import parse_warnings
from clusters.errors import (
    AlreadyExists,
    ClusterError,
    FieldConflict,
    FieldError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    Permanent,
    StaleObject,
    TimedOut,
    TooManyRequests,
    Unauthorized,
    Unavailable,
)
from clusters.failures import Answer, failure_of


def answer(code: int, *, message: str = "no", retry_after: str | None = None, **status: object) -> ClusterError:
    body = {"kind": "Status", "message": message, "code": code, **status}
    return failure_of(Answer(code, json.dumps(body).encode(), retry_after=retry_after))


@pytest.mark.parametrize(
    ("code", "reason", "kind", "is_temporary"),
    [
        (400, "BadRequest", Invalid, False),
        (401, "Unauthorized", Unauthorized, False),
        (403, "Forbidden", Forbidden, False),
        (404, "NotFound", NotFound, False),
        (409, "AlreadyExists", AlreadyExists, False),
        (409, "Conflict", StaleObject, False),
        (410, "Expired", Gone, False),
        (415, "UnsupportedMediaType", Invalid, False),
        (418, "Teapot", Permanent, False),
        (422, "Invalid", Invalid, False),
        (429, "TooManyRequests", TooManyRequests, True),
        (500, "InternalError", Unavailable, True),
        (503, "ServiceUnavailable", Unavailable, True),
        (504, "Timeout", TimedOut, True),
    ],
)
def test_each_status_is_an_error_of_its_own_type(code: int, reason: str, kind: type[ClusterError], is_temporary: bool) -> None:
    error = answer(code, reason=reason)

    assert (type(error), error.is_temporary, error.message) == (kind, is_temporary, "no")


def test_every_foreign_manager_and_field_is_named_once_in_order() -> None:
    causes = [
        {"reason": "FieldManagerConflict", "message": 'conflict with "argocd" using apps/v1', "field": ".spec.replicas"},
        {"reason": "FieldManagerConflict", "message": 'conflict with "argocd" using apps/v1', "field": ".spec.paused"},
        {"reason": "FieldManagerConflict", "message": 'conflict with "hpa" with subresource "scale" using apps/v1', "field": ".spec.x"},
    ]

    error = answer(409, reason="Conflict", details={"causes": causes})

    assert isinstance(error, FieldConflict)
    assert (error.managers, error.fields) == (("argocd", "hpa"), (".spec.replicas", ".spec.paused", ".spec.x"))


def test_patience_is_told_in_seconds_by_the_header_or_the_body_or_is_one_second() -> None:
    told = [
        answer(429, retry_after="7"),
        answer(429, details={"retryAfterSeconds": 3}),
        answer(429),
        answer(429, retry_after="Wed, 21 Oct 2026 07:28:00 GMT"),
    ]

    assert [error.retry_after for error in told if isinstance(error, TooManyRequests)] == [7, 3, 1, 1]


def test_all_causes_of_an_invalid_object_are_told() -> None:
    causes = [{"field": "spec.a", "message": "Required value"}, {"field": "spec.b", "message": "Invalid value"}]

    error = answer(422, reason="Invalid", details={"causes": causes})

    assert isinstance(error, Invalid)
    assert error.errors == (FieldError("spec.a", "Required value"), FieldError("spec.b", "Invalid value"))


def test_the_patched_object_is_left_out_of_the_message() -> None:
    message = 'Invalid value: "{\\"data\\":{\\"password\\":\\"c2VjcmV0\\"}}": strict decoding error: unknown field "datas"'

    error = answer(422, message=f' "" is invalid: patch: {message}', details={"causes": [{"field": "patch", "message": message}]})

    assert isinstance(error, Invalid)
    assert error.message == 'strict decoding error: unknown field "datas"'
    assert error.errors == (FieldError("datas", "unknown field"),)


def test_warnings_are_read_from_every_header_each_once() -> None:
    headers = ['299 - "unknown field \\"spec.foo\\"", 299 - "deprecated"', '299 - "deprecated"', "nonsense"]

    assert parse_warnings(headers) == ('unknown field "spec.foo"', "deprecated")
