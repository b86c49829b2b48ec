"""The CEL engine (cel-cpp, by `cel-expr-python` 0.1.3), imported here alone, with its faults made harmless.

It takes a reference to None that it does not own whenever a null leaves it, so that some ten thousand nulls end the process
("deallocating None"); before Python 3.12, where None is counted, this hands it more than it can ever take. And it never lets go of
the arguments and results of functions written in Python, and is killed by arguments that it cannot convert: so there are none
(`guidance.interpreter` evaluates what the engine lacks).
"""

import ctypes
import sys

from cel_expr_python import cel as engine
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings

__all__ = ["engine", "ext_bindings", "ext_encoders", "ext_math", "ext_optional", "ext_strings"]

INEXHAUSTIBLE = 1 << 60


def _keep_none_alive() -> None:
    count = ctypes.c_ssize_t.from_address(id(None))
    if sys.version_info < (3, 12) and count.value < INEXHAUSTIBLE:
        count.value += INEXHAUSTIBLE


_keep_none_alive()
