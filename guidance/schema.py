"""The base of everything that is read from a policy file."""

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class Strict(BaseModel):
    """Frozen, camelCase as in Kubernetes, and what it does not know is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)
