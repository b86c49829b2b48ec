"""What goes wrong when an expression is evaluated."""


class EvaluationError(Exception):
    """An expression that compiled, and failed on these values."""
