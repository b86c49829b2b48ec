"""No expression takes long, or much memory."""

import pytest

from guidance.expressions import cel

VALUES = {"big": list(range(9000)), "some": list(range(1000)), "text": "ab" * 400_000}


def evaluate(expression: str) -> object:
    return cel.compile(expression, VALUES).evaluate(cel.Bindings(VALUES))


@pytest.mark.parametrize(
    "expression",
    [
        "some.all(a, some.all(b, a + b >= int('0')))",
        "some.all(i, text.find('c') == '')",
        "some.map(i, text.lowerAscii()).size() > int('0')",
        "some.all(i, big == big && isIP('::1'))",
        "big.distinct().size() == 9000",
        "sets.contains(big, big)",
        "some.map(i, big).flatten().size() == 0",
        "some.all(i, some.transformMap(a, b, b).size() == 0 || true)",
    ],
)
def test_what_takes_too_long_is_stopped(expression: str) -> None:
    with pytest.raises(cel.EvaluationError, match="budget exceeded"):
        evaluate(expression)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("text + text + string(int('1'))", "too long"),
        ("text.replace('', text).size() == int('1')", "too long"),
        ("big.map(i, string(i)).join(text).size() == int('1')", "too long"),
        ("'%s%s'.format([text, text])", "too long"),
        ("'%.201f'.format([1.5])", "no number up to 200"),
        ("lists.range(1000000000).size() == 0", "too long"),
        ("quantity('1e2147483647').add(1).isInteger()", "cannot be counted with"),
        ("quantity('" + "9" * 1001 + "').isInteger()", "1001 digits is too long"),
        ("'a\\u0000b'.find('b') == ''", "NUL"),
        ("'a\\ufdd0b'.find('b') == ''", "no Unicode"),
    ],
)
def test_what_would_get_too_large_is_refused(expression: str, message: str) -> None:
    with pytest.raises(cel.EvaluationError, match=message):
        evaluate(expression)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("big.filter(i, i % int('2') == 0).size()", 4500),
        ("big.sort().reverse()[0] + big.indexOf(8999)", 17998),
        ("text.findAll('a').size()", 400_000),
        ("quantity('1e2147483647').compareTo(quantity('1e2147483646'))", 1),
        ("quantity('-1e2147483647').compareTo(quantity('1'))", -1),
        ("quantity('1e-2147483648').compareTo(quantity('1n'))", 0),
        ("isQuantity(text) || isSemver(text) || isIP(text) || isCIDR(text)", False),
        ("isURL('https://' + text)", True),
        ("format.dns1123Subdomain().validate(text).value().size()", 1),
    ],
)
def test_large_values_are_no_trouble(expression: str, value: object) -> None:
    assert evaluate(expression) == value


def test_each_evaluation_has_its_own_budget() -> None:
    program = cel.compile("some.all(a, a >= int('0'))", VALUES)

    assert [program.evaluate(cel.Bindings(VALUES)) for _ in range(20)] == [True] * 20
