"""Constants that cannot be right are mistakes of the policy, told when it is loaded; a real API server refuses the same ones."""

from collections.abc import Iterator

import httpx
import pytest

from devstack.controlplane.server import ControlPlane
from guidance.documents.source import PolicyError
from guidance.judging.compiled import compile_policy
from tests.guidance.conftest import Write

POLICIES = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies?dryRun=All"
WRONG = [
    "object.metadata.name.matches('[a-z')",
    "matches(object.metadata.name, '(?=a)')",
    "object.metadata.name.find('(') == ''",
    "object.metadata.name.findAll('*', 2) == []",
    "object.spec.containers.all(c, c.image.matches('('))",
    "duration('1d') < duration('2h')",
    "timestamp('2024-01-01') < timestamp('2024-01-02T00:00:00Z')",
    "int('0x1F') == 31",
    "int(1e19) == 1",
    "uint(-1) == 1u",
    "double('1,5') == 1.5",
    "bool('yes')",
    "'%d'.format(['a']) == ''",
    "'%q'.format([object.metadata.name]) == ''",
    "'%s %s'.format(['a']) == ''",
    "'%s'.format(['a', object.metadata.name]) == ''",
]
RIGHT = [
    "object.metadata.name.matches('^[a-z]+$')",
    "object.metadata.name.matches(object.metadata.name)",
    "object.metadata.name.matches('(' + object.metadata.name + ')')",
    "duration('1h30m') < duration('2h')",
    "int('31') == 31",
    "int(object.metadata.name) == 31",
    "'%s is %d%%'.format([object.metadata.name, object.spec.priority]) == ''",
    "'%.2f'.format([1.5]) == '1.50'",
    "'%s %s'.format(object.spec.containers.map(c, c.name)) == ''",
    "quantity('much').isInteger()",
]


@pytest.fixture(scope="module")
def admin(control_plane: ControlPlane) -> Iterator[httpx.Client]:
    with control_plane.client("admin") as client:
        yield client


def is_taken_there(admin: httpx.Client, expression: str) -> bool:
    rules = [{"resources": ["pods"], "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"]}]
    spec = {"matchConstraints": {"resourceRules": rules}, "validations": [{"expression": expression}]}
    return admin.post(POLICIES, json={"metadata": {"name": "constants"}, "spec": spec}).is_success


@pytest.mark.parametrize("expression", WRONG)
def test_a_constant_that_cannot_be_right_is_refused(write: Write, admin: httpx.Client, expression: str) -> None:
    with pytest.raises(PolicyError, match=r"tested\.yaml:\d+:\d+: the expression does not compile: "):
        write(f'validations: [{{expression: "{expression}"}}]')

    assert not is_taken_there(admin, expression)


@pytest.mark.parametrize("expression", RIGHT)
def test_what_may_be_right_is_not(write: Write, admin: httpx.Client, expression: str) -> None:
    policy = write(f'validations: [{{expression: "{expression}"}}]')

    assert compile_policy(policy.policy).checks[0].program.returns == "BOOL"
    assert is_taken_there(admin, expression)


def test_each_is_told_with_its_place(write: Write) -> None:
    with pytest.raises(PolicyError) as raised:
        write("""\
            variables: [{name: least, expression: "duration('1d')"}]
            validations:
            - expression: |
                object.metadata.name == 'ü' ||
                object.metadata.name.matches('[')
        """)

    assert [str(problem) for problem in raised.value.problems] == [
        "tested.yaml:19:50: the expression does not compile: duration of \"1d\" fails: type conversion error from 'string' to "
        "'google.protobuf.Duration'",
        "tested.yaml:23:35: the expression does not compile: invalid regular expression: missing ]: [",
    ]
