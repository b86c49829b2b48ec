"""Every function gives what Kubernetes gives; tests/guidance/test_control_plane.py asks a real API server for the same table."""

import pytest

from guidance.expressions import cel
from tests.guidance.expressions.functions.table import AREAS, ERROR, POD, REFUSED, cases


def value(expression: str) -> str | None:
    try:
        text = cel.compile(f"'%s'.format([{expression}])", ["object"]).evaluate({"object": POD})
    except cel.EvaluationError:
        return ERROR
    return str(text)


@pytest.mark.parametrize("area", AREAS)
def test_values_are_those_of_kubernetes(area: str) -> None:
    expected = cases(area)

    assert {expression: value(expression) for expression in expected} == expected


@pytest.mark.parametrize("expression", REFUSED)
def test_what_kubernetes_refuses_does_not_compile(expression: str) -> None:
    with pytest.raises(cel.ExpressionError):
        cel.compile(expression, ["object"])
