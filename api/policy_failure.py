"""The answer to a submission that policies refuse: what is wrong, how to mend it, and whether it can be overridden."""

from collections.abc import Sequence

from rest_framework.request import Request
from rest_framework.response import Response

from api.errors import PolicyFailed
from api.outputs import FindingOut, OverridePossible, RequestOut
from api.problems import MEDIA_TYPE, document
from guidance.policies.policy import Enforcement
from guidance.services.policies import owners_of


def answer_of(out: RequestOut, http: Request, headers: dict[str, str]) -> Response:
    refusing = [finding for finding in out.findings if finding.enforcement != Enforcement.ADVISORY and finding.exempted is None]
    names = ", ".join(sorted({finding.policy for finding in refusing}))
    problem = PolicyFailed(
        f"{names}: {refusing[0].message}" if refusing else "",
        pointer="/parameters/manifest" + (refusing[0].path if refusing else ""),
        request=out,
        findings=out.findings,
        mended=out.mended,
        override=_override(refusing),
    )
    return Response(document(problem, http.path), status=problem.status, headers=headers, content_type=MEDIA_TYPE)


def _override(refusing: Sequence[FindingOut]) -> OverridePossible:
    hard = sorted({finding.policy for finding in refusing if finding.enforcement == Enforcement.HARD_MANDATORY})
    soft = sorted({finding.policy for finding in refusing if finding.enforcement == Enforcement.SOFT_MANDATORY})
    approvers = sorted(owners_of(soft))
    if hard:
        return _impossible(f"{', '.join(hard)}: hard-mandatory, nobody can pass it.")
    if not approvers:
        return _impossible("No policy in force refuses it any more: submit it again.")
    return OverridePossible(possible=True, policies=soft, approvers=approvers, because=None)


def _impossible(because: str) -> OverridePossible:
    return OverridePossible(possible=False, policies=[], approvers=[], because=because)
