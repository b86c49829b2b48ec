"""One call of the Web API: noted, made to fail if so wished, authenticated, answered."""

import time
from collections.abc import Callable

from pydantic import JsonValue

from notifications.sandbox.answers import Answer, as_json, as_text
from notifications.sandbox.arguments import Arguments
from notifications.sandbox.errors import ApiError, RateLimited
from notifications.sandbox.faults import Call, Fault
from notifications.sandbox.methods import METHODS
from notifications.sandbox.sandbox import Sandbox


def call(sandbox: Sandbox, method: str, read: Callable[[], Arguments], authorization: str) -> Answer:
    """`read` parses the arguments; `authorization` is the header."""
    noted = Call(method=method, body={}, at=time.time())
    sandbox.calls.append(noted)

    def perform() -> Answer:
        try:
            args = read()
            noted.body = {name: value for name, value in args.values.items() if name != "token"}
            return as_json(_reply(sandbox, method, args, authorization))
        except ApiError as error:
            noted.error = error.code
            return refusal(error)

    answer = with_faults(sandbox.faults.take(method), perform)
    noted.status = answer.status
    return answer


def with_faults(fault: Fault | None, perform: Callable[[], Answer]) -> Answer:
    if fault is None:
        return perform()
    performed = perform() if fault.applied else None
    time.sleep(fault.delay)
    if fault.fails:
        return _failure(fault)
    return performed or perform()


def refusal(error: ApiError) -> Answer:
    if isinstance(error, RateLimited):
        return as_json(error.body(), status=429, headers={"Retry-After": str(error.seconds)})
    return as_json(error.body())


def _failure(fault: Fault) -> Answer:
    headers = {"Retry-After": str(fault.retry_after)} if fault.retry_after is not None else {}
    if fault.status >= 500 and fault.error is None:
        return as_text("upstream failure", status=fault.status)
    default = "ratelimited" if fault.status == 429 else "internal_error"
    return as_json({"ok": False, "error": fault.error or default}, status=fault.status, headers=headers)


def _reply(sandbox: Sandbox, method: str, args: Arguments, authorization: str) -> dict[str, JsonValue]:
    if method not in METHODS:
        raise ApiError("unknown_method")
    token = authorization.removeprefix("Bearer ").strip() or args.text("token")
    if not token:
        raise ApiError("not_authed")
    if token != sandbox.bot_token:
        raise ApiError("invalid_auth")
    return METHODS[method](sandbox, args)
