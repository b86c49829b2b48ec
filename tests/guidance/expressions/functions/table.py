"""Expressions and what Kubernetes makes of them: `cases/*.cel` holds a line with the expression and a line with its value as text.

The second begins with `=`; the text is in quotes where its spaces or line breaks would get lost. `!` stands for an error.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "cases"
AREAS = sorted(file.stem for file in FOLDER.glob("*.cel"))
ERROR = None

POD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web-1",
        "labels": {"app": "web", "version": "1.4.2"},
        "annotations": {
            "memory": "512Mi",
            "words": "some words",
            "address": "10.1.2.3",
            "link": "https://docs.example.com/guide?page=2",
            "grace": "90s",
            "number": "17",
            "padded": " 4",
        },
    },
    "spec": {
        "terminationGracePeriodSeconds": 7,
        "containers": [
            {
                "name": "web",
                "image": "registry.example.com/web:1.4.2",
                "ports": [{"containerPort": 8080}, {"containerPort": 9090}],
                "resources": {"limits": {"memory": "512Mi"}, "requests": {"cpu": "100m"}},
            },
            {
                "name": "proxy",
                "image": "registry.example.com/proxy:2.0",
                "ports": [{"containerPort": 80}],
                "resources": {"limits": {"memory": "1Gi"}, "requests": {"cpu": "250m"}},
            },
        ],
    },
}
"""What the expressions call `object`."""

REFUSED = (
    "quantity(1).isInteger()",
    "quantity('1') == 1",
    "quantity('1') < quantity('2')",
    "quantity('1').value == 1",
    "'1'.isGreaterThan(quantity('1'))",
    "string(quantity('1')) == '1'",
    "int(quantity('1')) == 1",
    "quantity('1').sign() == 1",
    "[quantity('1')].min() == quantity('1')",
    "ip('::1').masked() == ip('::1')",
    "ip(1).family() == 4",
    "cidr('::1/64').containsIP(1)",
    "ip('::1') == cidr('::1/64')",
    "url('https://example.com').path == ''",
    "isURL(1)",
    "semver(1).major() == 1",
    "semver('1.0.0', 1).major() == 1",
    "semver('1.0.0') == '1.0.0'",
    "format.nothing().validate('a').hasValue()",
    "format.dns1123Label('a').validate('a').hasValue()",
    "format.dns1123Label().validate(1).hasValue()",
    "['a'].sum() == 'a'",
    "[1].sum() == 'a'",
    "[{'a': 1}].isSorted()",
    "[1].indexOf('a') == 0",
    "'abc'.isSorted()",
    "sets.contains([1], ['a'])",
    "sets.nothing([1], [1])",
    "'a'.find(1) == 'a'",
    "'a'.findAll('a', 'b').size() == 1",
    "'a'.charAt('b') == 'a'",
    "'a'.nothing()",
    "optional.of(1) + 1 == 2",
    "optional.of(1).orValue('a') == 'a'",
    "[1].all(i, i, true)",
    "{'a': 1}.transformMapEntry(k, v, k) == {}",
    "1.transformList(i, v, v) == []",
    "duration(true) == duration('1s')",
    "jsonpatch.escapeKey('a/b') == 'a~1b'",
    "nothing == 1",
    "1 + 'a' == 2",
    "object.metadata.",
)
"""What does not compile."""


def cases(area: str) -> dict[str, str | None]:
    """The value of each expression as text, or ERROR."""
    lines = (FOLDER / f"{area}.cel").read_text(encoding="utf-8").splitlines()
    return {expression: _value(told) for expression, told in zip(lines[::2], lines[1::2], strict=True)}


def _value(told: str) -> str | None:
    if told == "!":
        return ERROR
    text = told.removeprefix("= ")
    return str(json.loads(text)) if text.startswith('"') else text
