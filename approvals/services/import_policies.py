"""Policies from a folder: into an empty table at once, else as requests that their owners decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
from guidance.foreign.bundle import Bundle
from guidance.foreign.files import read
from guidance.foreign.whole import misfits
from guidance.judging.compiled import compile_policy
from guidance.judging.examples import problems
from guidance.models import Policy
from guidance.policies.policy import Policy as Body
from guidance.services.loading import load_policies


@dataclass(frozen=True)
class Told:
    """What was done about one policy; `refused`: nothing, though something should have been."""

    text: str
    refused: bool = False


class NobodyAsks(Exception):
    """There are policies, so they change by requests, and nobody was named who asks."""

    def __init__(self, wanted: Sequence[str]) -> None:
        super().__init__(", ".join(wanted))
        self.wanted = wanted


def import_policies(path: Path, *, actor: Actor, asking: Account | None) -> list[Told]:
    """Bring the policies in line with a folder, and say what was done. What it does not name stays; doing it again changes nothing.

    Bindings and parameters may lie in files of their own: in force they stand behind their policy, in one text. Raises PolicyError with
    everything that is wrong in the folder (then nothing is done), and NobodyAsks.
    """
    found = read([path])
    bodies = found.policies
    _check(found)
    notes = [Told(f"Note: {note}") for note in found.notes]
    if not Policy.objects.exists():
        return notes + [Told(line) for line in load_policies(bodies, actor=actor)]
    sources = dict(Policy.objects.values_list("slug", "source"))
    wanted = [body for body in bodies if sources.get(body.name) != body.text]
    if wanted and asking is None:
        raise NobodyAsks([body.name for body in wanted])
    done = [_asked(body, asking) if body in wanted and asking else Told(f"Policy {body.name}: as it is in force") for body in bodies]
    return notes + done


def _check(found: Bundle) -> None:
    if wrong := [problem for body in found.policies for problem in _problems(body)]:
        raise PolicyError(*wrong)


def _problems(body: Body) -> Iterator[Problem]:
    if not body.source.is_ours:
        told = "is a policy of another engine: make one of ours of it (autonomy policies import), and add what is missing"
        yield body.source.problem((), told)
        return
    try:
        yield from misfits(body)
        yield from problems(compile_policy(body))
    except PolicyError as error:
        yield from error.problems


def _asked(body: Body, asking: Account) -> Told:
    source = body.text
    same = ActionRequest.objects.filter(action=PolicySet.name, name=body.name, parameters__source=source).exclude(status__in=TERMINAL)
    if (open_ := same.first()) is not None:
        return Told(f"Policy {body.name}: asked for already, request {open_.id} is {open_.status}")
    reason = f"Loaded from {Path(body.source.file).name}"
    wish = Submission(PolicySet.name, "", "", body.name, kind="", parameters={"source": source}, reason=reason)
    try:
        request, _ = submit(wish, actor=actor_of(asking, Door.COMMAND))
    except refusals.Problem as problem:
        return Told(f"Policy {body.name}: refused, {problem.detail}", refused=True)
    return Told(f"Policy {body.name}: asked for, request {request.id} waits for its owners")
