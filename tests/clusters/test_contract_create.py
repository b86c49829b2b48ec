import pytest

from clusters.errors import AlreadyExists, FieldError, Invalid
from clusters.gateway import Gateway
from clusters.objects import Ref
from tests.clusters.manifests import container, deployment, network_policy, pod


def test_what_is_there_cannot_be_created_again(admin: Gateway, namespace: str) -> None:
    created = admin.create(deployment("api", namespace))

    with pytest.raises(AlreadyExists):
        admin.create(deployment("api", namespace))

    assert created.created


def test_a_generated_name_starts_as_asked(admin: Gateway, namespace: str) -> None:
    manifest = pod("", namespace)
    manifest["metadata"] = {"namespace": namespace, "generateName": "api-check-"}

    created = admin.create(manifest, dry_run=True)

    assert created.object["metadata"]["name"].startswith("api-check-")
    assert len(created.object["metadata"]["name"]) == len("api-check-") + 5


def test_an_unknown_field_is_invalid_and_named(admin: Gateway, namespace: str) -> None:
    with pytest.raises(Invalid) as invalid:
        admin.create(pod("api", namespace, container(imag="x")))

    assert invalid.value.errors == (FieldError("spec.containers[0].imag", "unknown field"),)


def test_a_deployment_gets_the_usual_values(worker: Gateway, namespace: str) -> None:
    created = worker.apply(deployment("api", namespace, container(ports=[{"containerPort": 80}]), replicas=None)).object

    assert created["spec"] == {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "api"}},
        "template": {
            "metadata": {"labels": {"app": "api"}},
            "spec": {
                "containers": [
                    {
                        "name": "api",
                        "image": "registry.example/api:1",
                        "imagePullPolicy": "IfNotPresent",
                        "ports": [{"containerPort": 80, "protocol": "TCP"}],
                        "resources": {"requests": {"cpu": "100m"}},
                        "terminationMessagePath": "/dev/termination-log",
                        "terminationMessagePolicy": "File",
                    }
                ],
                "dnsPolicy": "ClusterFirst",
                "restartPolicy": "Always",
                "schedulerName": "default-scheduler",
                "securityContext": {},
                "terminationGracePeriodSeconds": 30,
            },
        },
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}},
        "revisionHistoryLimit": 10,
        "progressDeadlineSeconds": 600,
    }


def test_a_network_policy_gets_the_usual_values(worker: Gateway, namespace: str) -> None:
    manifest = network_policy("dns", namespace)
    manifest["spec"] = {"podSelector": {"matchLabels": {"app": "api"}}, "egress": [{"ports": [{"port": 53}]}]}

    created = worker.apply(manifest).object

    assert created["spec"] == {
        "podSelector": {"matchLabels": {"app": "api"}},
        "egress": [{"ports": [{"port": 53, "protocol": "TCP"}]}],
        "policyTypes": ["Ingress", "Egress"],
    }


@pytest.mark.parametrize(
    ("image", "policy"), [("api", "Always"), ("host:5000/api", "Always"), ("api:latest", "Always"), ("api:1", "IfNotPresent")]
)
def test_how_often_an_image_is_pulled_follows_from_its_tag(worker: Gateway, namespace: str, image: str, policy: str) -> None:
    created = worker.apply(deployment("api", namespace, container(image=image)), dry_run=True).object

    assert created["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == policy


def test_a_namespace_has_its_name_as_a_label(admin: Gateway, namespace: str) -> None:
    """Selectors name it by that, and nobody can take it away."""
    ref = Ref.to("Namespace", namespace)

    changed = admin.merge_patch(ref, {"metadata": {"labels": {"kubernetes.io/metadata.name": None, "stage": "dev"}}}).object

    assert changed["metadata"]["labels"] == {"kubernetes.io/metadata.name": namespace, "stage": "dev"}
    assert admin.get(ref)["metadata"]["labels"] == changed["metadata"]["labels"]
