"""What only a cluster knows: a policy that asks for it, and is not told, cannot judge, and nobody is to blame for that."""

import re

from guidance.judging.compiled import CompiledPolicy
from guidance.judging.subject import View
from guidance.policies import vap

UNBOUND_NAMESPACE = 'No value with name "namespaceObject"'
NO_USER = re.compile(r'(?:Key not found in map : "|no such key: )userInfo\b')
READS_USER = re.compile(r"\brequest\s*\.\s*userInfo\b")
USER = "it reads request.userInfo, who sends the object, which is not known here (an AdmissionReview tells it)"


def unknown(error: str, policy: CompiledPolicy, view: View) -> str | None:
    """What is missing, and how to give it, where an expression failed for that; None where it failed for something else."""
    if UNBOUND_NAMESPACE in error and view.context.no_namespace:
        return f"it reads namespaceObject, the object of the namespace, but {view.context.no_namespace}"
    if UNBOUND_NAMESPACE in error:
        where = f"the namespace {view.namespace}" if view.namespace else "its namespace"
        return f"it reads namespaceObject, the object of {where}, which is not known here (autonomy check takes it by --namespace-object)"
    reads_user = any(map(READS_USER.search, vap.expressions(policy.policy.spec)))
    if NO_USER.search(error) and "userInfo" not in view.context.request and reads_user:
        return USER
    return None
