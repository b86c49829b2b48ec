"""The CEL engine (cel-cpp, by `cel-expr-python` 0.1.3), imported here alone, with its faults made harmless.

It takes a reference to None that it does not own whenever a null leaves it, so that some ten thousand nulls end the process
("deallocating None"); before Python 3.12, where None is counted, this hands it more than it can ever take. And it never lets go of
the arguments and results of functions written in Python, and is killed by arguments that it cannot convert: so there are none, and what
it lacks is evaluated by `interpreter`.
"""

import ctypes
import json
import re
import sys
from functools import cache, lru_cache
from itertools import permutations

from cel_expr_python import cel as engine

__all__ = ["FAILURES", "checker", "engine", "plain_configuration", "runtime"]

INEXHAUSTIBLE = 1 << 60
EXTENSIONS = ("bindings", "encoders", "lists", "math", "optional", "sets", "strings", "two-var-comprehensions")
FAILURES = (RuntimeError, ValueError, LookupError, MemoryError)
"""What the engine raises: its own errors and C++'s."""
NUMBERS = ("int", "uint", "double")
ORDER = {"_<_": "less", "_<=_": "less_equals", "_>_": "greater", "_>=_": "greater_equals"}
PLAIN_WORD = re.compile(r"\b[A-Z]+\b")
OPTIONAL = "optional_type"


def _keep_none_alive() -> None:
    count = ctypes.c_ssize_t.from_address(id(None))
    if sys.version_info < (3, 12) and count.value < INEXHAUSTIBLE:
        count.value += INEXHAUSTIBLE


_keep_none_alive()


@lru_cache(maxsize=128)
def checker(declared: tuple[tuple[str, str], ...], configuration: engine.EnvConfig) -> engine.Env:
    """Reads and checks expressions with these variables, by name and type (as `Type.name()` writes it)."""
    variables = {name: declared_type(kind) for name, kind in declared}
    return engine.NewEnv(config=configuration, variables=variables, extensions=[_order_across_numbers()])


@cache
def runtime() -> engine.Env:
    """Runs what any checker has checked (`deserialize`)."""
    return engine.NewEnv(config=plain_configuration())


@cache
def plain_configuration() -> engine.EnvConfig:
    return engine.NewEnvConfigFromYaml(json.dumps({"extensions": [{"name": name} for name in EXTENSIONS]}))


@cache
def _order_across_numbers() -> engine.CelExtension:
    """`1 < 1.5`, which the engine can do, and its checker refuses."""
    kinds = engine.Type
    return engine.CelExtension(
        "order",
        [
            engine.FunctionDecl(
                name,
                [
                    engine.Overload(f"{word}_{one}_{two}", kinds.BOOL, [kinds(one), kinds(two)], is_member=False)
                    for one, two in permutations(NUMBERS, 2)
                ],
            )
            for name, word in ORDER.items()
        ],
    )


def declared_type(name: str) -> engine.Type:
    """The static type of that name. The engine cannot take optional ones in a declaration: they are dynamic."""
    return engine.Type.DYN if OPTIONAL in name else engine.Type(PLAIN_WORD.sub(lambda word: word[0].lower(), name))
