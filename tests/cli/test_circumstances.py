"""What objects come with: parameters, their namespace, how they are now, and reviews that bring it themselves."""

import json

import pytest

from tests.cli.conftest import GOOD_POD, Check, Write, WritePolicy

LIMIT = """
paramKind: {apiVersion: v1, kind: ConfigMap}
validations:
- expression: size(object.spec.containers) <= int(params.data.most)
  messageExpression: '"at most " + params.data.most'
"""


def test_parameters_come_from_files(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy(LIMIT)
    write("pod.yaml", GOOD_POD)
    write("params/a.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {most: '0'}\n")
    write("params/b.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b}\ndata: {most: '5'}\n")

    none = check("--policy", str(file), "pod.yaml")
    strict = check("--policy", str(file), "pod.yaml", "--params", "params")
    lenient = check("--policy", str(file), "pod.yaml", "--params", "params/b.yaml")

    assert (none.code, strict.code, lenient.code) == (2, 1, 0)
    assert strict.out.startswith("error[tested]: at most 0\n")


def test_the_namespace_is_known_by_its_object(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'namespaceObject.metadata.labels.tier != \"prod\"', message: Not here.}]")
    write("pod.yaml", GOOD_POD)
    for tier in ("prod", "dev"):
        write(f"{tier}.yaml", f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: payments, labels: {{tier: {tier}}}}}\n")

    codes = [
        check("--policy", str(file), "pod.yaml", *more).code
        for more in ((), ("--namespace-object", "prod.yaml"), ("--namespace-object", "dev.yaml"))
    ]

    assert codes == [2, 1, 0]


def test_the_namespace_can_be_named(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'object.metadata.namespace == \"shop\"', message: Elsewhere.}]")
    write("pod.yaml", GOOD_POD.replace("  namespace: payments\n", ""))

    assert check("--policy", str(file), "--namespace", "shop", "pod.yaml").code == 0


GROWS = """
validations:
- expression: oldObject == null || size(object.spec.containers) >= size(oldObject.spec.containers)
  message: It shrinks.
"""


@pytest.mark.parametrize(("name", "code"), [("api", 1), ("other", 0)])
def test_objects_are_compared_with_what_they_are_now(check: Check, write: Write, policy: WritePolicy, name: str, code: int) -> None:
    file = policy(GROWS)
    write("pod.yaml", GOOD_POD)
    write("old.yaml", GOOD_POD.replace("name: api", f"name: {name}") + "  - {name: second, image: 'a:1'}\n")

    assert check("--policy", str(file), "pod.yaml", "--old", "old.yaml").code == code


def test_a_review_brings_the_old_object_and_who_asks(check: Check, write: Write, policy: WritePolicy) -> None:
    policy(GROWS, name="grows")
    folder = policy(
        "validations: [{expression: 'request.userInfo.username == \"alice\"', message: You are not Alice.}]", name="alice"
    ).parent

    def pod(*containers: str) -> dict[str, object]:
        spec = {"containers": [{"name": name, "image": "a:1"} for name in containers]}
        return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": spec}

    request = {"operation": "UPDATE", "namespace": "shop", "object": pod("a"), "oldObject": pod("a", "b"), "userInfo": {"username": "bob"}}
    review = json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}, indent=2)

    done = check("--policy", str(folder), "-", "-o", "json", stdin=review)

    results = json.loads(done.out)["results"]
    assert done.code == 1
    assert [(one["policy"], one["file"], one["resource"]["namespace"], one["findings"][0]["path"]) for one in results] == [
        ("alice", "-", "shop", "/request/object"),
        ("grows", "-", "shop", "/request/object"),
    ]
