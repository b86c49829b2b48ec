"""Plain scalars mean what they mean to Kubernetes."""

import math

import pytest

from guidance.manifests.scalars import plain


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "yes", "Yes", "on", "ON", "y", "Y"])
def test_many_words_are_true(text: str) -> None:
    assert plain(text) is True


@pytest.mark.parametrize("text", ["false", "no", "NO", "off", "Off", "n", "N"])
def test_many_words_are_false(text: str) -> None:
    assert plain(text) is False


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing_is_null(text: str) -> None:
    assert plain(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0), ("12", 12), ("-3", -3), ("+4", 4), ("0644", 420), ("0o644", 420), ("0x1F", 31), ("0b101", 5), ("-0x10", -16),
        ("1_000", 1000), ("18446744073709551615", 2**64 - 1), ("1.5", 1.5), (".5", 0.5), ("-2.5E-1", -0.25), ("6.8523015e+5", 685230.15),
        ("5.", 5), ("1e+06", 1_000_000), ("-0.0", 0), ("08", 8), ("1e19", 1e19),
    ],
)  # fmt: skip
def test_numbers(text: str, number: float) -> None:
    assert (plain(text), type(plain(text))) == (number, type(number))


def test_what_is_no_number_in_json_is_still_read() -> None:
    assert (plain(".inf"), plain("-.INF")) == (math.inf, -math.inf)
    assert math.isnan(float(str(plain(".nan"))))


@pytest.mark.parametrize(
    "text",
    ["2026-01-31", "2026-01-31T10:00:00Z", "1:30", "22:22", "=", "<", "tRuE", "yEs", "nope", "1.2.3", "1.27.3", "100m", "0x", "0b2", "1e",
     "-", "--", ".", "_1x", "Infinity", "NaN", "1 000", "९", "9" * 5000],
)  # fmt: skip
def test_all_else_is_text(text: str) -> None:
    assert plain(text) == text
