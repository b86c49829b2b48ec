"""The committed OpenAPI document against the running application: whatever is sent, it answers as the document says."""

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

from config.wsgi import application
from tests.plugins.world import World

SCHEMA = schemathesis.openapi.from_path(Path(__file__).resolve().parents[2] / "docs/openapi.json")
SCHEMA.app = application
EXAMPLES = 20


@pytest.fixture
def token(committed_world: World) -> str:
    """Real commits: a statement that a constraint refuses must not spoil the calls after it."""
    world = committed_world
    world.waiting(world["alice"])
    return world["carol"].secret


@SCHEMA.parametrize()
@settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_operation_answers_as_the_document_says(case: schemathesis.Case, token: str) -> None:
    # What no schema can say (which cursors, actions and targets there are) may be refused.
    case.call_and_validate(headers={"Authorization": f"Bearer {token}"}, excluded_checks=[positive_data_acceptance])
