"""What can be wrong with asking for an action."""

from audit.problems import Problem


class UnknownAction(Problem):
    slug = "unknown-action"
    status = 400
    title = "There is no such action"
    hint = "GET /api/v1/actions/ lists what there is."


class BadParameters(Problem):
    slug = "bad-parameters"
    status = 400
    title = "The parameters do not fit the action"
    hint = "GET /api/v1/actions/ has the JSON Schema of each action's parameters."


class BadTarget(Problem):
    slug = "bad-target"
    status = 400
    title = "The target does not fit the action"
    hint = "A target names cluster, namespace and name; kind only where the action does not imply it."


class NotYourNamespace(Problem):
    slug = "not-your-namespace"
    status = 403
    title = "This namespace belongs to another team"
    hint = "Ask a member of that team, or a platform admin."


class MayNotSubmit(Problem):
    slug = "may-not-submit"
    status = 403
    title = "This account may read, not act"
    hint = "Developers, service accounts and reviewers submit requests; auditors read them."


class MayNotSee(Problem):
    slug = "not-found"
    status = 404
    title = "There is no such request"
    hint = "Requests of other teams are not shown."


class MayNotCancel(Problem):
    slug = "may-not-cancel"
    status = 403
    title = "Only who asked may cancel"
    hint = "A reviewer denies a request instead of cancelling it. What a service account has asked for its owner may cancel."


class BadOverride(Problem):
    slug = "bad-override"
    status = 400
    title = "This override is not possible"
    hint = "An override names the soft-mandatory policies that the request violates, a reason, and a time in the future."


class IdempotencyMismatch(Problem):
    slug = "idempotency-mismatch"
    status = 422
    title = "This idempotency key was used for another body"
    hint = "Use a new key for a new request."
