"""What can be wrong with a call itself, before any verb is asked."""

from audit.problems import Problem


class MalformedJson(Problem):
    slug = "malformed-json"
    status = 400
    title = "The body is not JSON"
    hint = "Send one JSON object in UTF-8, each key once, numbers finite, no NUL characters."


class BadBody(Problem):
    slug = "bad-body"
    status = 400
    title = "The body has members that do not fit"
    hint = "/api/docs/ and /api/v1/openapi.json tell what each call takes."


class BadQuery(Problem):
    slug = "bad-query"
    status = 400
    title = "The query has parameters that do not fit"
    hint = "/api/docs/ and /api/v1/openapi.json tell what each call takes."


class BadIdempotencyKey(Problem):
    slug = "bad-idempotency-key"
    status = 400
    title = "The Idempotency-Key cannot be used"
    hint = "Send 1 to 255 visible ASCII characters, such as a UUID."


class BadRequest(Problem):
    slug = "bad-request"
    status = 400
    title = "The server does not understand the call"


class Unauthenticated(Problem):
    slug = "unauthenticated"
    status = 401
    title = "Nobody is signed in"
    hint = "Send `Authorization: Bearer daf_…`; manage.py create_token and the admin issue tokens."


class InvalidToken(Problem):
    slug = "invalid-token"
    status = 401
    title = "This token does not open anything"
    hint = "It may have expired or been revoked; manage.py create_token and the admin issue new ones."


class Forbidden(Problem):
    slug = "forbidden"
    status = 403
    title = "This is not allowed"


class MissingScope(Problem):
    slug = "missing-scope"
    status = 403
    title = "The token lacks a scope"
    hint = "Issue a token with this scope; requests:decide has to be asked for, and only people can have it."


class UnknownAddress(Problem):
    slug = "unknown-address"
    status = 404
    title = "There is nothing at this address"
    hint = "/api/docs/ lists what there is."


class MethodNotAllowed(Problem):
    slug = "method-not-allowed"
    status = 405
    title = "This address does not take this method"
    hint = "The Allow header lists the methods that it takes."


class NotAcceptable(Problem):
    slug = "not-acceptable"
    status = 406
    title = "The answer cannot have the form that Accept asks for"
    hint = "Ask for application/json."


class BodyTooLarge(Problem):
    slug = "body-too-large"
    status = 413
    title = "The body is too large"
    hint = "A body has 1 MiB at most."


class UnsupportedMediaType(Problem):
    slug = "unsupported-media-type"
    status = 415
    title = "The body has a form that is not read here"
    hint = "Send JSON with `Content-Type: application/json`."


class PolicyFailed(Problem):
    """The request is recorded; `findings` say what to mend."""

    slug = "policy-failed"
    status = 422
    title = "Policies refuse the manifest"
    hint = "Mend what the findings name (`mended` has all fixes applied), or ask for an override where one is possible."


class TooManyRequests(Problem):
    slug = "too-many-requests"
    status = 429
    title = "Too many calls"
    hint = "Wait as long as Retry-After says."


class InternalError(Problem):
    slug = "internal-error"
    status = 500
    title = "The server failed"
    hint = "It is in the server's log. Repeat the call with the same Idempotency-Key, or look at /readyz."


class Unavailable(Problem):
    slug = "unavailable"
    status = 503
    title = "The database does not answer"
    hint = "Repeat the call after Retry-After seconds, a submission with an Idempotency-Key."
