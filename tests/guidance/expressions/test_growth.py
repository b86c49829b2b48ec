"""Expressions that would use up all memory in the engine, which has no limit."""

import pytest

from guidance.expressions import cel
from guidance.expressions.engine import checker, plain_configuration
from guidance.expressions.growth import BOUNDLESS, MOST, growth
from guidance.expressions.syntax import read

VALUES = {"text": "ab" * 500_000, "numbers": list(range(9000))}


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("text.size()", 1),
        ("'a' + text + 'b' + text", 2),
        ("['a', 'b', 'c', text]", 1),
        ("'a'.replace('a', text)", BOUNDLESS),
        ("cel.bind(a, text + text, cel.bind(b, a + a, b + b))", 8),
        ("[text].map(a, [a + a].map(b, b + b))", 4),
        ("true ? text + text : text", 2),
        ("has(text.a) || (text + text) == 'a'", 2),
        ("{'a': [text, text], 'b': text}", 3),
        ("text.replace('a', 'bcd')", 3),
        ("text.replace('', text)", BOUNDLESS),
        ("[text].join(',')", 1),
        ("[text].join(text)", BOUNDLESS),
        ("numbers.all(a, numbers.exists(b, a == b))", 1),
    ],
)
def test_the_growth_is_known_before(expression: str, times: int) -> None:
    compiled = checker((("numbers", "DYN"), ("text", "DYN")), plain_configuration()).compile(expression)

    assert growth(read(compiled.serialize())) == times


def doubled(times: int) -> str:
    inner = f"a{times}.contains('c')"
    for number in range(times, 0, -1):
        inner = f"cel.bind(a{number}, a{number - 1} + a{number - 1}, {inner})"
    return f"cel.bind(a0, text, {inner})"


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (doubled(25), "too long"),
        ("text.replace('', text)", "too long"),
        ("['a', 'b'].map(part, text).join(text)", "too long"),
        ("numbers.map(number, text + text)", "too long"),
        ("[numbers.map(a, text), numbers.map(b, text)]", "budget exceeded"),
    ],
)
def test_what_grows_is_stopped(expression: str, message: str) -> None:
    with pytest.raises(cel.EvaluationError, match=message):
        cel.compile(expression, VALUES).evaluate(cel.Bindings(VALUES))


def test_what_grows_and_cannot_be_stopped_is_refused() -> None:
    expression = f"{doubled(25)} && math.greatest(1, 2) == 2"

    with pytest.raises(cel.ExpressionError, match="may grow until all memory is used up"):
        cel.compile(expression, VALUES)
    assert cel.compile(doubled(5), VALUES).is_native
    assert MOST == 64


def test_a_value_of_a_variable_has_a_limit() -> None:
    bindings = cel.Bindings(VALUES)
    names = cel.compile("numbers.map(number, 'x' + string(number))", VALUES)

    assert names.for_variable(bindings) == [f"x{number}" for number in range(9000)]
    for expression in ("numbers.map(number, text)", "[[[[text, text], text, text], text, text], text, text, text, text, text, text]"):
        with pytest.raises(cel.EvaluationError, match="more than 10000000 elements and characters"):
            cel.compile(expression, VALUES).for_variable(bindings)
