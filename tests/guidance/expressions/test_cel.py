"""CEL behind our interface."""

import datetime
import decimal
import json
import subprocess
import sys

import pytest

from guidance.expressions import cel


def test_an_expression_is_compiled_once_and_evaluated_often() -> None:
    program = cel.compile("a + 1 > b", ["a", "b"])

    assert program.returns == cel.BOOL
    assert [program.evaluate({"a": 1, "b": b}) for b in (1, 2, 3)] == [True, False, False]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("x.?a.?b.orValue('none')", "none"),
        ("x.list.map(i, i * 2)", [2, 4]),
        ("cel.bind(l, x.list, l.size())", 2),
        ("'a,b'.split(',')", ["a", "b"]),
        ("'%s-%d'.format(['a', 1])", "a-1"),
        ("[?x.?nothing]", []),
        ("x", {"list": [1, 2]}),
    ],
)
def test_what_real_policies_use_is_understood(expression: str, value: object) -> None:
    assert cel.compile(expression, ["x"]).evaluate({"x": {"list": [1, 2]}}) == value


@pytest.mark.parametrize(
    ("expression", "line", "column", "message"),
    [
        ("object.a ==\n  nothing", 2, 3, "undeclared reference to 'nothing'"),
        ("1 + 'a'", 1, 3, "found no matching overload"),
        ("object.", 1, 8, "Syntax error"),
        ("authorizer.path('/x').check('get').allowed()", 1, 1, "undeclared reference to 'authorizer'"),
        ("(" * 50 + "1" + ")" * 50, 1, 1, "recursion limit"),
        ("'a\0b'", 1, 1, "NUL"),
        ("'\ud800'", 1, 1, "not valid Unicode"),
    ],
)
def test_a_mistake_is_told_with_its_place(expression: str, line: int, column: int, message: str) -> None:
    with pytest.raises(cel.ExpressionError, match=message) as caught:
        cel.compile(expression, ["object"])

    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("authorizer.group('').allowed()", "who may do what can only be asked in a cluster"),
        ("jsonpatch.escapeKey('a/b')", "Kubernetes has it in a MutatingAdmissionPolicy alone"),
        ("quantity('1') == math.greatest(quantity('1').asInteger(), 2)", "found no matching overload"),
    ],
)
def test_what_only_a_cluster_knows_is_refused_by_its_name(expression: str, told: str) -> None:
    with pytest.raises(cel.ExpressionError, match=told):
        cel.compile(expression, ["object"])


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("x.missing", "Key not found in map"),
        ("x.list.missing", "a member is read of what has none: null, a text, a number or a list"),
        ("x.list.all(i, i > 'a')", "No matching overloads"),
        ("1 / (size(x.list) - 2)", "divide by zero"),
        ("y", "No value with name"),
    ],
)
def test_an_error_value_becomes_an_exception(expression: str, message: str) -> None:
    with pytest.raises(cel.EvaluationError, match=message):
        cel.compile(expression, ["x", "y"]).evaluate({"x": {"list": [1, 2]}})


@pytest.mark.parametrize("expression", ["{'a': dyn(optional.of(1))}", "[dyn(optional.of(1))]", "[{'a': [dyn(optional.none())]}]"])
def test_an_optional_inside_of_a_value_does_not_end_the_process(expression: str) -> None:
    unforgiving = cel.shortcut(expression, [])
    assert unforgiving is not None

    with pytest.raises(cel.EvaluationError, match="without a form in JSON"):
        unforgiving.evaluate({})


def test_a_text_that_reads_like_an_error_is_only_a_text() -> None:
    assert cel.compile("x", ["x"]).evaluate({"x": "NOT_FOUND: nothing"}) == "NOT_FOUND: nothing"


def test_a_verdict_must_be_true_or_false() -> None:
    with pytest.raises(cel.EvaluationError, match="gave str instead of true or false"):
        cel.compile("x", ["x"]).holds({"x": "true"})


def test_an_expression_that_never_ends_is_stopped() -> None:
    endless = cel.compile("x.all(a, x.all(b, x.all(c, a + b + c >= 0)))", ["x"])

    with pytest.raises(cel.EvaluationError, match="budget"):
        endless.evaluate({"x": list(range(1000))})


DEEP: dict[str, object] = {}
for _ in range(10_000):
    DEEP = {"a": DEEP}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (datetime.date(2026, 1, 1), "x.at is a date"),
        (decimal.Decimal("1.5"), "x.at is a Decimal"),
        ({1, 2}, "x.at is a set"),
        ((1, 2), "x.at is a tuple"),
        (b"x", "x.at is a bytes"),
        ({1: 2}, "x.at has the key 1"),
        (2**63, "beyond 64 bits"),
        (float("nan"), "not a number in JSON"),
        ("cut\0off", "NUL"),
        ("\ud800", "not valid Unicode"),
        ({"\0": 1}, "NUL"),
        ([1, {"b": {None}}], r"x\.at\[1\]\.b is a set"),
        (DEEP, "nested more than 64 levels deep"),
    ],
)
def test_only_json_goes_in(value: object, message: str) -> None:
    with pytest.raises(cel.EvaluationError, match=message):
        cel.compile("x", ["x"]).evaluate({"x": {"at": value}})


def test_a_hundred_thousand_nulls_do_not_end_the_process() -> None:
    nulls = "nulls = cel.compile('x', ['x']); [nulls.evaluate({'x': [None] * 500}) for _ in range(200)]"

    subprocess.run([sys.executable, "-c", f"from guidance.expressions import cel; {nulls}"], check=True)


def test_a_map_has_one_order() -> None:
    """The engine's own differs from one value to the next."""
    program = cel.compile("{'z': 1, 'topologyKey': 2, 'a': {'y': 1, 'x': 2, 'w': 3}, 'maxSkew': 4, 'b': 5}", [])

    texts = {json.dumps(program.evaluate({})) for _ in range(20)}

    assert texts == {'{"a": {"w": 3, "x": 2, "y": 1}, "b": 5, "maxSkew": 4, "topologyKey": 2, "z": 1}'}
