"""What a cluster may answer instead of doing it. Whether a repetition makes sense is told by the type, never by a status number."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One refused field, as the API server names it (`spec.template.spec.containers[0].imag`); the name is empty where it names none."""

    field: str
    message: str


class ClusterError(Exception):
    """The cluster did not do it. `message` is for people, `reason` Kubernetes' word, `status` the HTTP status (0: no answer)."""

    default_status = 0
    default_reason = ""

    def __init__(self, message: str, *, reason: str = "", status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reason = reason or self.default_reason or type(self).__name__
        self.status = self.default_status if status is None else status

    @property
    def is_temporary(self) -> bool:
        return isinstance(self, Temporary)


class Permanent(ClusterError):
    """The same call would fail again."""


class Temporary(ClusterError):
    """The same call may succeed later."""


class NotConfigured(Permanent):
    """There is no usable kubeconfig for this cluster."""


class UnknownKind(Permanent):
    """A kind of object that this product does not handle."""

    default_status = 400


class Unauthorized(Permanent):
    default_status = 401


class Forbidden(Permanent):
    """The credential may not do that, or a quota is exhausted: Kubernetes answers both with 403."""

    default_status = 403


class NotFound(Permanent):
    default_status = 404


class AlreadyExists(Permanent):
    default_status = 409


class StaleObject(Permanent):
    """The object is not the one, or not in the state, that the precondition names."""

    default_status = 409
    default_reason = "Conflict"


class FieldConflict(Permanent):
    """Another field manager owns fields of the applied manifest: `managers` and `fields` name them, in the order of the answer."""

    default_status = 409
    default_reason = "Conflict"

    def __init__(self, message: str, *, managers: tuple[str, ...], fields: tuple[str, ...]) -> None:
        super().__init__(message)
        self.managers = managers
        self.fields = fields


class Gone(Permanent):
    """The resourceVersion is too old to watch from: list again."""

    default_status = 410
    default_reason = "Expired"


class Invalid(Permanent):
    """The object breaks the rules of its kind; `errors` names the fields."""

    default_status = 422

    def __init__(self, message: str, *, errors: tuple[FieldError, ...] = (), reason: str = "") -> None:
        super().__init__(message, reason=reason)
        self.errors = errors


class Unavailable(Temporary):
    """The API server (or a webhook or API behind it) does not answer properly; `retry_after` in seconds when it said so."""

    default_status = 503

    def __init__(self, message: str, *, reason: str = "", status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message, reason=reason, status=status)
        self.retry_after = retry_after


class TooManyRequests(Temporary):
    """The API server asks for patience: `retry_after` in seconds."""

    default_status = 429

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TimedOut(Temporary):
    """No answer in time: a write may or may not have been done."""

    default_status = 504


class ConnectionBroken(Temporary):
    """The connection ended before the answer did: a write may or may not have been done."""
