"""Why a command cannot do what it was asked."""

from guidance.documents.source import Problem


class BadInput(ValueError):
    """A file, or a document in it, that cannot be judged."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class ServerError(Exception):
    """The product cannot be asked, or refuses to answer; the message says why."""


class Stopped(Exception):
    """Something from outside ended the work."""
