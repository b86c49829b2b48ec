"""Expressions that the engine cannot evaluate."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from guidance.expressions import cel
from guidance.expressions.engine import checker, plain_configuration
from guidance.expressions.functions.quantity import parse
from guidance.expressions.functions.signatures import overload
from guidance.expressions.interpreter import interpretation
from guidance.expressions.library import ADDED, NAMES_ONLY_HERE
from guidance.expressions.limits import LONGEST
from guidance.expressions.values import Duration, Maybe, Timestamp, TypeName, Uint
from guidance.judging.evaluation import evaluate
from tests.guidance.conftest import Write
from tests.guidance.manifests import container, workload

X = {"list": [1, 2, 3], "map": {"a": {"b": "c"}}, "text": "hello", "number": 7, "share": 1.5, "no": None}


@pytest.mark.parametrize(
    ("expression", "is_native"),
    [
        ("x.list.all(i, i > 0) && x.map.?a.?b.orValue('') == 'c'", True),
        ("x.text.indexOf('l') == 2 && string(x.number) == '7'", True),
        ("x.list.exists(i, v, v == 2)", True),
        ("1 < 1.5 && x.number > 1.5", True),
        ("x.list.indexOf(x.list[1]) == 1", True),
        ("[1, 2].indexOf(2) == 1", False),
        ("quantity('1').isInteger()", False),
        ("x.map.transformMap(k, v, v.size()).size() == 1", False),
    ],
)
def test_the_engine_evaluates_all_that_it_can(expression: str, is_native: bool) -> None:
    program = cel.compile(expression, ["x"])

    assert program.is_native is is_native
    assert program.evaluate({"x": X}) is True


def test_every_function_that_the_engine_lacks_is_noticed() -> None:
    functions = {each.name for each in ADDED} | set(NAMES_ONLY_HERE)
    shared = {name for name in functions if cel.SHARED_FUNCTION.search(f"{name}(")}
    macros = {"@sortByAssociatedKeys": "sortBy", "cel.@mapInsert": "transformMap"}

    assert [name for name in functions - shared if not cel.OWN_FUNCTION.search(f"{macros.get(name, name)}(")] == []
    assert shared == {"indexOf", "lastIndexOf", "string"}


AGREED = [
    "x.list.map(i, i * 2)",
    "x.list.filter(i, i > 1)",
    "x.list.exists_one(i, i == 2)",
    "[0, 1].exists(i, 1 / i == 1)",
    "[1, 0].all(i, 1 / i == 1)",
    "x.missing == 1 || true",
    "false && x.missing == 1",
    "x.missing == 1 && true",
    "has(x.map.a) ? x.map['a'] : {}",
    "{'a': x.list, 'b': [null, true, -5, 1.25, 'ü']}",
    "[?x.?missing, ?x.?number]",
    "{?'a': x.?missing, ?'b': x.?number}",
    "x.?map.?a.?b.optMap(v, v + '!').orValue('none')",
    "cel.bind(a, x.number, a + a)",
    "cel.bind(a, x.missing, true)",
    "x.list[5]",
    "x.list + ['a']",
    "x.number in x.list || 'a' in x.map",
    "x.share + x.number",
    "x.number + 9223372036854775807",
    "-x.number % 4",
    "x.text[0]",
    "x.no == null && x.no != 1",
    "type(x.number) == int",
    "x.text.size() + size(x.map)",
    "b'abc' == bytes_",
]


@pytest.mark.parametrize("expression", AGREED)
def test_the_engine_and_the_interpreter_agree(expression: str) -> None:
    compiled = checker((("bytes_", "DYN"), ("x", "DYN")), plain_configuration()).compile(expression)
    interpreted = interpretation(compiled.serialize(), frozenset(), is_forced=True)
    values = {"x": X, "bytes_": "abc"}
    assert interpreted is not None

    def outcome(evaluate: cel.Evaluate) -> object:
        try:
            return evaluate(values)
        except cel.EvaluationError:
            return "error"

    native = cel.shortcut(expression, ["x", "bytes_"])
    assert native is not None
    assert outcome(interpreted) == outcome(lambda scope: native.evaluate(cel.Bindings(scope)))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("quantity('1.5Gi')", parse("1.5Gi")),
        ("x.?list", Maybe([1, 2, 3])),
        ("duration('1m')", Duration(60_000_000_000)),
        ("timestamp('1970-01-01T00:00:01Z')", Timestamp(1_000_000_000)),
        ("uint(1)", Uint(1)),
        ("type(quantity('1'))", TypeName("kubernetes.Quantity")),
    ],
)
def test_values_without_a_form_in_json_are_pythons(expression: str, value: object) -> None:
    assert repr(cel.compile(expression, ["x"]).evaluate({"x": X})) == repr(value)


def test_a_variable_of_any_type_can_be_read() -> None:
    limit = cel.compile("quantity(x.text)", ["x"])
    bindings = cel.Bindings({"x": {"text": "1Gi"}})
    reader = cel.compile("variables.limit.isLessThan(quantity('2Gi'))", ["x"], {"variables.limit": limit.returns})

    assert limit.returns == "kubernetes.Quantity"
    assert reader.evaluate(bindings.plus({"variables.limit": limit.for_variable(bindings)})) is True


def test_a_policy_with_such_functions_holds_no_other_policy_up(write: Write) -> None:
    """Policies are asked together by the engine; this one is asked by itself."""
    plain = write("validations: [{expression: '!has(object.spec.hostNetwork)'}]", name="plain")
    memory = write(
        """
        variables: [{name: most, expression: quantity('1Gi')}]
        validations:
        - each: containers
          expression: quantity(container.?resources.?limits.?memory.orValue('0')).compareTo(variables.most) <= 0
          message: too much memory
        """,
        name="memory",
    )
    pods = [workload("Pod", {"containers": [container(resources={"limits": {"memory": size}})]}) for size in ("1Gi", "1025Mi")]

    assert (plain.goes_together, memory.goes_together) == (True, False)
    assert memory.gate is not None
    for _ in range(60):
        assert [[finding.message for finding in evaluate([plain, memory], pod).findings] for pod in pods] == [[], ["too much memory"]]


@pytest.mark.parametrize(
    ("expression", "value"),
    [("x.?text.?deeper.hasValue()", False), ("x.list.indexOf(3)", 2), ("has(x.number.deeper)", False)],
)
def test_what_fails_in_the_engine_alone_is_evaluated_again(expression: str, value: object) -> None:
    assert cel.compile(expression, ["x"]).evaluate({"x": X}) == value


def test_what_fails_in_both_is_told_in_the_engines_words() -> None:
    with pytest.raises(cel.EvaluationError, match="Key not found in map"):
        cel.compile("x.missing", ["x"]).evaluate({"x": X})


def test_exists_one_takes_two_variables_as_in_kubernetes() -> None:
    assert cel.compile("x.list.exists_one(i, v, i == 1 && v == 2)", ["x"]).evaluate({"x": X}) is True

    with pytest.raises(cel.ExpressionError) as caught:
        cel.compile("x.list.exists_one(i, v, nothing)", ["x"])
    assert (caught.value.column, caught.value.message) == (25, "undeclared reference to 'nothing' (in container '')")


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        ("math.greatest(quantity('1').asInteger(), 2) == 2", "math.@max"),
        ("base64.decode('YQ==') == b'a' && isIP('::1')", "base64.decode"),
        ("google.protobuf.FieldMask{} == null || isIP('::1')", "FieldMask"),
    ],
)
def test_what_neither_can_evaluate_is_refused_by_its_name(expression: str, named: str) -> None:
    with pytest.raises(cel.ExpressionError, match=re.escape(named)):
        cel.compile(expression, ["x"])


def test_threads_do_not_share_a_budget() -> None:
    program = cel.compile("x.all(i, isIP('10.0.0.' + string(i % 250)))", ["x"])
    bindings = cel.Bindings({"x": list(range(5000))})

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda _: program.evaluate(bindings), range(8))) == [True] * 8


def test_a_fault_of_a_function_is_an_error_of_the_expression(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidance.expressions.functions.text.LOWER", {97: object()})

    with pytest.raises(cel.EvaluationError, match="could not be evaluated: character mapping must"):
        cel.compile("'a'.lowerAscii() == string(int('1'))").evaluate({})


def test_a_signature_tells_names_apart_from_types() -> None:
    def told(signature: str) -> tuple[str, str | None, list[str], str]:
        each = overload(signature, len)
        return each.name, each.target.name if each.target else None, [kind.name for kind in each.takes], each.gives.name

    assert told("Quantity.add(int) -> Quantity") == ("add", "Quantity", ["int"], "Quantity")
    assert told("ip.isCanonical(string) -> bool") == ("ip.isCanonical", None, ["string"], "bool")
    assert told("list<optional<T>>.unwrapOpt() -> list<T>") == ("unwrapOpt", "list", [], "list")
    assert told("optional.unwrap(list<optional<T>>) -> list<T>") == ("optional.unwrap", None, ["list"], "list")
    with pytest.raises(ValueError, match="is no signature"):
        overload("nothing", len)
    assert LONGEST == 1_000_000
