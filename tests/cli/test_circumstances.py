"""What objects come with: parameters, their namespace, how they are now, and reviews that bring it themselves."""

import json

import pytest
import yaml

from tests.cli.conftest import GOOD_POD, Check, Done, Write, WritePolicy

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


PROD = "apiVersion: v1\nkind: Namespace\nmetadata: {name: payments, labels: {env: prod}}\n"
DEV = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {env: dev}}\n"
READING = {
    "expression": "validations: [{expression: 'namespaceObject.metadata.labels.env != \"prod\"', message: hit}]",
    "selector": "validations: [{expression: 'false', message: hit}]",
}


@pytest.fixture(params=list(READING))
def reading(request: pytest.FixtureRequest, policy: WritePolicy) -> str:
    """A policy that is violated in namespaces with the label env=prod, and reads the namespace in one of both ways."""
    file = policy(READING[request.param])
    if request.param == "selector":
        text = file.read_text().replace("matchConstraints:\n", "matchConstraints:\n    namespaceSelector: {matchLabels: {env: prod}}\n")
        file.write_text(text)
    return str(file)


def outcomes(done: Done) -> dict[str, str]:
    """What is told of the pods, by their namespaces."""
    rows = json.loads(done.out)["results"]
    return {row["resource"]["namespace"]: row["result"] for row in rows if row["resource"]["kind"] == "Pod"}


@pytest.fixture
def pods(write: Write) -> str:
    """One in each of three namespaces."""
    return str(write("pods.yaml", "---\n".join(GOOD_POD.replace("payments", name) for name in ("payments", "shop", "other"))))


def test_a_namespace_is_that_of_its_own_objects(check: Check, write: Write, reading: str, pods: str) -> None:
    write("prod.yaml", PROD)
    write("dev.yaml", DEV)

    one = check("--policy", reading, pods, "--namespace-object", "prod.yaml", "-o", "json")
    both = check("--policy", reading, pods, "--namespace-object", "prod.yaml", "--namespace-object", "dev.yaml", "-o", "json")

    assert outcomes(one) == {"payments": "fail", "shop": "error", "other": "error"}
    assert {name: told for name, told in outcomes(both).items() if told != "pass"} == {"payments": "fail", "other": "error"}


def test_a_namespace_among_the_files_is_that_of_their_objects(check: Check, write: Write, reading: str, pods: str) -> None:
    write("all.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": [yaml.safe_load(PROD), yaml.safe_load(DEV)]}))

    done = check("--policy", reading, pods, "all.json", "-o", "json")

    assert {name: told for name, told in outcomes(done).items() if told != "pass"} == {"payments": "fail", "other": "error"}


def test_what_is_given_counts_more_than_what_is_among_the_files(check: Check, write: Write, reading: str) -> None:
    write("pod.yaml", GOOD_POD + "---\n" + PROD)
    write("now.yaml", PROD.replace("prod", "dev"))

    assert check("--policy", reading, "pod.yaml").code == 1
    assert check("--policy", reading, "pod.yaml", "--namespace-object", "now.yaml").code == 0


def test_objects_that_name_no_namespace_go_to_the_only_one(check: Check, write: Write, reading: str) -> None:
    write("pod.yaml", GOOD_POD.replace("  namespace: payments\n", ""))
    write("prod.yaml", PROD)
    write("dev.yaml", DEV)

    def code(*files: str) -> int:
        return check("--policy", reading, "pod.yaml", *(option for file in files for option in ("--namespace-object", file))).code

    assert (code("prod.yaml"), code("dev.yaml"), code("prod.yaml", "dev.yaml")) == (1, 0, 2)


def test_an_unknown_namespace_is_nobodys_fault(check: Check, write: Write, reading: str) -> None:
    write("pod.yaml", GOOD_POD)

    done = check("--policy", reading, "pod.yaml")

    assert done.code == 2
    assert "--namespace-object" in done.out
    assert "fault" not in done.out


def test_only_namespaces_are_namespaces(check: Check, write: Write, reading: str) -> None:
    write("pod.yaml", GOOD_POD)

    done = check("--policy", reading, "pod.yaml", "--namespace-object", "pod.yaml")

    assert (done.code, done.err) == (2, "error: pod.yaml:1:1: --namespace-object wants objects of the kind Namespace, and this is a Pod\n")


def test_what_an_object_says_itself_counts_more_than_the_option(check: Check, write: Write, policy: WritePolicy) -> None:
    file = policy("validations: [{expression: 'object.metadata.namespace == \"payments\"', message: Elsewhere.}]")
    write("pod.yaml", GOOD_POD)

    assert check("--policy", str(file), "--namespace", "shop", "pod.yaml").code == 0


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
