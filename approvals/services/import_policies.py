"""Policies from a folder: into an empty table at once, else as requests that their owners decide."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from accounts.actors import actor_of
from accounts.models import Account
from approvals.services.submit import submit
from audit import problems as refusals
from audit.actor import Actor, Door
from autonomy.actions.policy_set import PolicySet
from autonomy.models import ActionRequest
from autonomy.status import TERMINAL
from autonomy.submission import Submission
from guidance.documents.source import PolicyError, Problem
from guidance.judging.compiled import compile_policy
from guidance.judging.examples import problems
from guidance.models import Policy
from guidance.policies.load import load_pack
from guidance.policies.policy import Policy as Body
from guidance.services.loading import load_policies


class NobodyAsks(Exception):
    """There are policies, so they change by requests, and nobody was named who asks."""

    def __init__(self, wanted: Sequence[str]) -> None:
        super().__init__(", ".join(wanted))
        self.wanted = wanted


def import_policies(path: Path, *, actor: Actor, asking: Account | None) -> list[str]:
    """Bring the policies in line with a folder, and say what was done. What it does not name stays; doing it again changes nothing.

    Raises PolicyError with everything that is wrong in the folder (then nothing is done), and NobodyAsks.
    """
    bodies = load_pack(path)
    _check(bodies)
    if not Policy.objects.exists():
        return load_policies(bodies, actor=actor)
    sources = dict(Policy.objects.values_list("slug", "source"))
    wanted = [body for body in bodies if sources.get(body.name) != body.source.text]
    if wanted and asking is None:
        raise NobodyAsks([body.name for body in wanted])
    return [_asked(body, asking) if body in wanted and asking else f"Policy {body.name}: as it is in force" for body in bodies]


def _check(bodies: Sequence[Body]) -> None:
    if wrong := [problem for body in bodies for problem in _problems(body)]:
        raise PolicyError(*wrong)


def _problems(body: Body) -> Iterator[Problem]:
    try:
        yield from problems(compile_policy(body))
    except PolicyError as error:
        yield from error.problems


def _asked(body: Body, asking: Account) -> str:
    source = body.source.text
    same = ActionRequest.objects.filter(action=PolicySet.name, name=body.name, parameters__source=source).exclude(status__in=TERMINAL)
    if (open_ := same.first()) is not None:
        return f"Policy {body.name}: asked for already, request {open_.id} is {open_.status}"
    reason = f"Loaded from {Path(body.source.file).name}"
    wish = Submission(PolicySet.name, "", "", body.name, kind="", parameters={"source": source}, reason=reason)
    try:
        request, _ = submit(wish, actor=actor_of(asking, Door.COMMAND))
    except refusals.Problem as problem:
        return f"Policy {body.name}: refused, {problem.detail}"
    return f"Policy {body.name}: asked for, request {request.id} waits for its owners"
