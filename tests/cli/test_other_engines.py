"""`autonomy check --policy` with policies of other engines."""

import json

from tests.cli.conftest import Check, Write

KYVERNO = """\
apiVersion: policies.kyverno.io/v1
kind: ValidatingPolicy
metadata: {name: own-network}
spec:
  validationActions: [ACTION]
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}
  validations:
  - {expression: "!object.spec.?hostNetwork.orValue(false)", message: The pod shares the network of its node.}
"""
EXCEPTION = """\
---
apiVersion: policies.kyverno.io/v1
kind: PolicyException
metadata: {name: agents, namespace: platform}
spec:
  policyRefs: [{name: own-network, kind: ValidatingPolicy}]
  matchConditions: [{name: agents, expression: "object.metadata.name == 'agent'"}]
"""
ADMISSION = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: registry}
spec:
  paramKind: {apiVersion: v1, kind: ConfigMap}
  matchConstraints:
    resourceRules:
    - {apiGroups: [""], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [pods]}
  validations:
  - {expression: "object.spec.containers.all(c, c.image.startsWith(params.data.prefix))", message: Another registry.}
"""
BINDING = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: registry}
spec:
  policyName: registry
  validationActions: [Deny]
  paramRef: {name: registry, namespace: platform, parameterNotFoundAction: Deny}
"""
PARAMS = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: registry, namespace: platform}\ndata: {prefix: registry.example/}\n"
GATEKEEPER = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: onlybots}
spec:
  crd: {spec: {names: {kind: OnlyBots}}}
  targets:
  - target: admission.k8s.gatekeeper.sh
    code:
    - engine: K8sNativeValidation
      source:
        validations:
        - expression: request.userInfo.username in variables.params.names
          messageExpression: '"only " + variables.params.names.join(", ") + " may write " + variables.anyObject.metadata.name'
---
apiVersion: constraints.gatekeeper.sh/v1beta1
kind: OnlyBots
metadata: {name: deploys}
spec:
  match: {kinds: [{apiGroups: [apps], kinds: [Deployment]}]}
  parameters: {names: [deployer]}
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec: {hostNetwork: true, containers: [{name: web, image: nginx}]}\n"


def review(username: str) -> str:
    spec = {"template": {"spec": {"containers": [{"name": "a"}]}}}
    manifest = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"}, "spec": spec}
    request = {"uid": "1", "operation": "CREATE", "namespace": "shop", "userInfo": {"username": username}, "object": manifest}
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request})


def test_a_policy_of_kyverno_is_as_strict_as_its_actions(check: Check, write: Write) -> None:
    write("pod.yaml", POD.replace("NAME", "api"))
    for action in ("Deny", "Audit"):
        write(f"{action}.yaml", KYVERNO.replace("ACTION", action))

    denied, audited = check("--policy", "Deny.yaml", "pod.yaml"), check("--policy", "Audit.yaml", "pod.yaml")

    assert (denied.code, denied.out.splitlines()[0]) == (1, "error[own-network]: The pod shares the network of its node.")
    assert (audited.code, audited.out.splitlines()[0]) == (0, "advice[own-network]: The pod shares the network of its node.")


def test_what_an_exception_lets_pass_is_skipped_with_the_reason(check: Check, write: Write) -> None:
    write("policy.yaml", KYVERNO.replace("ACTION", "Deny") + EXCEPTION)
    write("agent.yaml", POD.replace("NAME", "agent"))
    write("api.yaml", POD.replace("NAME", "api"))

    done = check("--policy", "policy.yaml", "agent.yaml", "api.yaml", "-o", "json")

    rows = json.loads(done.out)["results"]
    assert [(row["resource"]["name"], row["result"], row.get("because")) for row in rows] == [
        ("agent", "skip", "The PolicyException agents lets it pass."),
        ("api", "fail", None),
    ]


def test_a_policy_finds_its_binding_and_parameters_in_its_folder_or_beside_it(check: Check, write: Write) -> None:
    write("policies/policy.yaml", ADMISSION)
    write("policies/binding.yaml", BINDING)
    write("params.yaml", PARAMS)
    write("pod.yaml", POD.replace("NAME", "api"))

    alone, given = check("--policy", "policies", "pod.yaml"), check("--policy", "policies", "--params", "params.yaml", "pod.yaml")
    write("policies/params.yaml", PARAMS)
    together = check("--policy", "policies", "pod.yaml")

    assert (alone.code, given.code, together.code) == (2, 1, 1)
    assert given.out == together.out
    assert given.out.startswith("error[registry]: Another registry.\n")


def test_a_policy_without_a_binding_is_judged_and_that_is_noted(check: Check, write: Write) -> None:
    write("policy.yaml", ADMISSION + "---\n" + PARAMS)
    write("pod.yaml", POD.replace("NAME", "api"))

    done = check("--policy", "policy.yaml", "pod.yaml")

    assert done.code == 1
    assert done.err == (
        "note: policy.yaml:3:18: no binding names registry, so a cluster would not ask it; here it is judged as if it held everywhere\n"
    )


def test_a_constraint_of_gatekeeper_sees_the_review(check: Check, write: Write) -> None:
    write("policy.yaml", GATEKEEPER)
    for name in ("deployer", "alice"):
        write(f"{name}.json", review(name))

    deployer, alice = check("--policy", "policy.yaml", "deployer.json"), check("--policy", "policy.yaml", "alice.json")

    assert (deployer.code, alice.code) == (0, 1)
    assert alice.out.startswith("error[onlybots.deploys]: only deployer may write api\n")


def test_what_cannot_be_read_is_told_and_nothing_is_judged(check: Check, write: Write) -> None:
    write("policy.yaml", GATEKEEPER.replace("K8sNativeValidation", "Rego"))
    write("pod.yaml", POD.replace("NAME", "api"))

    done = check("--policy", "policy.yaml", "pod.yaml")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error: policy.yaml:9:15: the ConstraintTemplate onlybots is written in Rego, "
        "which cannot be judged here: only K8sNativeValidation (CEL) is read\n"
    )


def test_they_are_listed_and_shown_like_policies_of_our_own(autonomy: Check, write: Write) -> None:
    file = str(write("policy.yaml", GATEKEEPER))

    listed, shown, tested = (autonomy("policies", verb, file) for verb in ("list", "show", "test"))

    assert listed.out.splitlines()[1].split() == ["onlybots.deploys", "0.0.0", "medium", "hard-mandatory", "onlybots.deploys"]
    assert shown.out == (
        "onlybots.deploys 0.0.0: onlybots.deploys\n\nhard-mandatory, severity medium\n\n"
        "Its author has not written down why it is there.\n\n"
        "It says\n- failed expression: request.userInfo.username in variables.params.names\n\n"
        f"The whole policy: autonomy policies show {file} --source\n"
    )
    assert autonomy("policies", "show", file, "--source").out == GATEKEEPER.partition("---")[0]
    assert (tested.code, tested.out) == (0, "1 policy, 0 examples: all are true.\n")
