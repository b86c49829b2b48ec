"""The controls that the level restricted adds; baseline takes all of these pods."""

from tests.guidance.packs.pss.cases import ALWAYS, Case, bare, between, container, pod, since, until

UNSAID = {
    "pss-privilege-escalation": since("1.8"),
    "pss-capabilities-restricted": since("1.22"),
    "pss-run-as-non-root": ALWAYS,
    "pss-seccomp-restricted": since("1.19"),
}
VOLUMES = {"pss-volume-types": ALWAYS}
ALLOWED_VOLUMES: list[dict[str, object]] = [
    {"name": "a", "configMap": {"name": "api"}},
    {"name": "b", "csi": {"driver": "secrets.example"}},
    {"name": "c", "downwardAPI": {"items": []}},
    {"name": "d", "emptyDir": {}},
    {"name": "e", "persistentVolumeClaim": {"claimName": "data"}},
    {"name": "f", "projected": {"sources": []}},
    {"name": "g", "secret": {"secretName": "api"}},
    {"name": "h", "image": {"reference": "model:1.0.0"}},
    {"name": "i"},
]
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}

CASES: dict[str, Case] = {
    "nothing said": Case(bare(), restricted=UNSAID),
    "nothing said, for Linux": Case(bare(os={"name": "linux"}), restricted=UNSAID),
    "rights to gain": Case(pod({"allowPrivilegeEscalation": True}), restricted={"pss-privilege-escalation": since("1.8")}),
    "one of two containers gains rights": Case(
        pod(containers=[container(), container({"allowPrivilegeEscalation": True}, name="proxy")]),
        restricted={"pss-privilege-escalation": since("1.8")},
    ),
    "some capabilities dropped": Case(
        pod({"capabilities": {"drop": ["NET_RAW"]}}), restricted={"pss-capabilities-restricted": since("1.22")}
    ),
    "all capabilities dropped in small letters": Case(
        pod({"capabilities": {"drop": ["all"]}}), restricted={"pss-capabilities-restricted": since("1.22")}
    ),
    "capabilities dropped one by one and all": Case(pod({"capabilities": {"drop": ["NET_RAW", "ALL"]}})),
    "every volume that is allowed": Case(pod(volumes=ALLOWED_VOLUMES)),
    "ephemeral volume": Case(pod(volumes=[{"name": "a", "ephemeral": {"volumeClaimTemplate": {"spec": CLAIM}}}])),
    "file server": Case(pod(volumes=[{"name": "a", "nfs": {"server": "files.example", "path": "/"}}]), restricted=VOLUMES),
    "git repository": Case(
        pod(volumes=[{"name": "a", "gitRepo": {"repository": "https://git.example/a"}}]),
        restricted=VOLUMES,
    ),
    "block device": Case(
        pod(volumes=[{"name": "a", "iscsi": {"targetPortal": "10.0.0.1:3260", "iqn": "iqn.2001-04.com.example:a", "lun": 0}}]),
        restricted=VOLUMES,
    ),
    "volume of a plugin": Case(pod(volumes=[{"name": "a", "flexVolume": {"driver": "example/disk"}}]), restricted=VOLUMES),
    "disk of a cloud": Case(pod(volumes=[{"name": "a", "azureDisk": {"diskName": "a", "diskURI": "https://a"}}]), restricted=VOLUMES),
    "root allowed by the pod": Case(
        pod({"runAsNonRoot": True}, pod_context={"runAsNonRoot": False}), restricted={"pss-run-as-non-root": ALWAYS}
    ),
    "root allowed by a container": Case(pod({"runAsNonRoot": False}), restricted={"pss-run-as-non-root": ALWAYS}),
    "no root said by each container": Case(
        pod(
            containers=[container({"runAsNonRoot": True})],
            initContainers=[container({"runAsNonRoot": True}, name="setup")],
            securityContext={"seccompProfile": {"type": "RuntimeDefault"}},
        )
    ),
    "no root said by one of two containers": Case(
        pod(
            containers=[container({"runAsNonRoot": True}), container(name="proxy")],
            securityContext={"seccompProfile": {"type": "RuntimeDefault"}},
        ),
        restricted={"pss-run-as-non-root": ALWAYS},
    ),
    "root in a user namespace": Case(
        pod({"runAsNonRoot": False}, hostUsers=False, pod_context={"runAsUser": 0}),
        restricted={"pss-run-as-non-root": until("1.34"), "pss-run-as-user": between("1.23", "1.34")},
    ),
    "root in the node's user namespace": Case(
        pod({"runAsNonRoot": False}, hostUsers=True, pod_context={"runAsUser": 0}),
        restricted={"pss-run-as-non-root": ALWAYS, "pss-run-as-user": since("1.23")},
    ),
    "user 0 for the pod": Case(pod(pod_context={"runAsUser": 0}), restricted={"pss-run-as-user": since("1.23")}),
    "user 0 for a container": Case(pod({"runAsUser": 0}), restricted={"pss-run-as-user": since("1.23")}),
    "another user": Case(pod({"runAsUser": 10001}, pod_context={"runAsUser": 1})),
    "seccomp said by each container": Case(
        pod({"seccompProfile": {"type": "RuntimeDefault"}}, securityContext={"runAsNonRoot": True}),
    ),
    "seccomp said by one of two containers": Case(
        pod(
            containers=[container({"seccompProfile": {"type": "RuntimeDefault"}}), container(name="proxy")],
            securityContext={"runAsNonRoot": True},
        ),
        restricted={"pss-seccomp-restricted": since("1.19")},
    ),
    "seccomp without a type, where the pod has one": Case(
        pod({"seccompProfile": {}}),
        baseline={"pss-seccomp": since("1.19")},
        restricted={"pss-seccomp-restricted": since("1.19")},
        valid=False,
    ),
}
