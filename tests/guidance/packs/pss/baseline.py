"""The controls of the level baseline, which restricted asks for too."""

from tests.guidance.packs.pss.cases import ALWAYS, Case, Manifest, Refused, between, container, everywhere, pod, since, until

PROBE_HOSTS = everywhere("pss-host-probes", since("1.34"))
APPARMOR = everywhere("pss-apparmor")
SELINUX = everywhere("pss-selinux")
SYSCTLS = everywhere("pss-sysctls")
OLD_SECCOMP = everywhere("pss-seccomp", until("1.18"))
NEW_SECCOMP: Refused = {"baseline": {"pss-seccomp": since("1.19")}, "restricted": {"pss-seccomp-restricted": since("1.19")}}
CAPABILITIES: Refused = {
    "baseline": {"pss-capabilities": ALWAYS},
    "restricted": {"pss-capabilities": until("1.21"), "pss-capabilities-restricted": since("1.22")},
}
HOST_PATH: Refused = {"baseline": {"pss-host-path-volumes": ALWAYS}, "restricted": {"pss-volume-types": ALWAYS}}
APPARMOR_OF = "container.apparmor.security.beta.kubernetes.io/"
SECCOMP_OF = "container.seccomp.security.alpha.kubernetes.io/"
SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod"


def sysctls(*names: str) -> Manifest:
    return pod(pod_context={"sysctls": [{"name": name, "value": "1"} for name in names]})


def windows(**spec: object) -> Manifest:
    """A pod as Windows has them: without anything of Linux."""
    only = {"name": "web", "image": "api:1.4.2"}
    spec = {"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": True}, "containers": [only], **spec}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api"}, "spec": spec}


BEFORE_WINDOWS = {
    "pss-privilege-escalation": between("1.8", "1.24"),
    "pss-capabilities-restricted": between("1.22", "1.24"),
    "pss-seccomp-restricted": between("1.19", "1.24"),
}
HOST_PROCESS = {"windowsOptions": {"hostProcess": True, "runAsUserName": "NT AUTHORITY\\SYSTEM"}}

CASES: dict[str, Case] = {
    "hardened": Case(pod()),
    "privileged false": Case(pod({"privileged": False})),
    "privileged": Case(pod({"privileged": True, "allowPrivilegeEscalation": False}), **everywhere("pss-privileged"), valid=False),
    "privileged, and able to gain rights": Case(
        pod({"privileged": True, "allowPrivilegeEscalation": True}),
        baseline={"pss-privileged": ALWAYS},
        restricted={"pss-privileged": ALWAYS, "pss-privilege-escalation": since("1.8")},
    ),
    "privileged init container": Case(
        pod(initContainers=[container({"privileged": True}, name="setup")]), **everywhere("pss-privileged"), valid=False
    ),
    "privileged ephemeral container": Case(
        pod(ephemeralContainers=[container({"privileged": True, "allowPrivilegeEscalation": True}, name="debug")]),
        baseline={"pss-privileged": ALWAYS},
        restricted={"pss-privileged": ALWAYS, "pss-privilege-escalation": since("1.8")},
        valid=False,
    ),
    "hardened ephemeral container": Case(pod(ephemeralContainers=[container(name="debug")]), valid=False),
    "host network": Case(pod(hostNetwork=True), **everywhere("pss-host-namespaces")),
    "host PID": Case(pod(hostPID=True), **everywhere("pss-host-namespaces")),
    "host IPC": Case(pod(hostIPC=True), **everywhere("pss-host-namespaces")),
    "host namespaces false": Case(pod(hostNetwork=False, hostPID=False, hostIPC=False)),
    "host path": Case(pod(volumes=[{"name": "logs", "hostPath": {"path": "/var/log"}}]), **HOST_PATH),
    "host port": Case(
        pod(containers=[container(ports=[{"containerPort": 80}, {"containerPort": 81, "hostPort": 81}])]), **everywhere("pss-host-ports")
    ),
    "host port of an init container": Case(
        pod(initContainers=[container(name="setup", ports=[{"containerPort": 81, "hostPort": 81}])]), **everywhere("pss-host-ports")
    ),
    "host port 0": Case(pod(containers=[container(ports=[{"containerPort": 80, "hostPort": 0}])])),
    "liveness host": Case(pod(containers=[container(livenessProbe={"httpGet": {"port": 80, "host": "10.0.0.1"}})]), **PROBE_HOSTS),
    "readiness host": Case(pod(containers=[container(readinessProbe={"tcpSocket": {"port": 80, "host": "10.0.0.1"}})]), **PROBE_HOSTS),
    "startup host": Case(pod(containers=[container(startupProbe={"httpGet": {"port": 80, "host": "10.0.0.1"}})]), **PROBE_HOSTS),
    "start hook host": Case(
        pod(containers=[container(lifecycle={"postStart": {"httpGet": {"port": 80, "host": "10.0.0.1"}}})]), **PROBE_HOSTS
    ),
    "stop hook host": Case(
        pod(containers=[container(lifecycle={"preStop": {"tcpSocket": {"port": 80, "host": "10.0.0.1"}}})]), **PROBE_HOSTS
    ),
    "sidecar's probe host": Case(
        pod(initContainers=[container(name="a", restartPolicy="Always", startupProbe={"tcpSocket": {"port": 80, "host": "10.0.0.1"}})]),
        **PROBE_HOSTS,
    ),
    "probe without a host": Case(pod(containers=[container(livenessProbe={"httpGet": {"port": 80, "host": ""}})])),
    "usual capability": Case(
        pod({"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}), restricted={"pss-capabilities-restricted": since("1.22")}
    ),
    "low port capability": Case(pod({"capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]}})),
    "raw packets": Case(pod({"capabilities": {"drop": ["ALL"], "add": ["NET_RAW"]}}), **CAPABILITIES),
    "all capabilities": Case(pod({"capabilities": {"drop": ["ALL"], "add": ["ALL"]}}), **CAPABILITIES),
    "capability in other words": Case(pod({"capabilities": {"drop": ["ALL"], "add": ["CAP_CHOWN"]}}), **CAPABILITIES),
    "AppArmor off for the pod": Case(pod(pod_context={"appArmorProfile": {"type": "Unconfined"}}), **APPARMOR),
    "AppArmor off for a container": Case(pod({"appArmorProfile": {"type": "Unconfined"}}), **APPARMOR),
    "AppArmor of the runtime": Case(pod({"appArmorProfile": {"type": "RuntimeDefault"}})),
    "AppArmor of the node": Case(pod({"appArmorProfile": {"type": "Localhost", "localhostProfile": "api"}})),
    "AppArmor without a type": Case(pod({"appArmorProfile": {}}), **APPARMOR, valid=False),
    "AppArmor off by annotation": Case(pod(annotations={APPARMOR_OF + "web": "unconfined"}), **APPARMOR),
    "AppArmor off by annotation, for no container": Case(pod(annotations={APPARMOR_OF + "other": "unconfined"}), **APPARMOR, valid=False),
    "AppArmor of the runtime by annotation": Case(pod(annotations={APPARMOR_OF + "web": "runtime/default"})),
    "AppArmor of the node by annotation": Case(pod(annotations={APPARMOR_OF + "web": "localhost/api"})),
    "unmasked /proc": Case(
        pod({"procMount": "Unmasked"}),
        baseline={"pss-proc-mount": ALWAYS},
        restricted={"pss-proc-mount": until("1.34"), "pss-proc-mount-restricted": since("1.35")},
        valid=False,
    ),
    "unmasked /proc in a user namespace": Case(
        pod({"procMount": "Unmasked"}, hostUsers=False),
        baseline={"pss-proc-mount": until("1.34")},
        restricted={"pss-proc-mount": until("1.34"), "pss-proc-mount-restricted": since("1.35")},
    ),
    "masked /proc": Case(pod({"procMount": "Default"})),
    "SELinux type of containers": Case(pod({"seLinuxOptions": {"type": "container_t", "level": "s0:c1,c2"}})),
    "SELinux type of virtual machines": Case(pod(pod_context={"seLinuxOptions": {"type": "container_kvm_t"}})),
    "SELinux type of init containers": Case(pod(pod_context={"seLinuxOptions": {"type": "container_init_t"}})),
    "SELinux type of engines": Case(pod({"seLinuxOptions": {"type": "container_engine_t"}}), **everywhere("pss-selinux", until("1.30"))),
    "SELinux type of the superuser": Case(pod(pod_context={"seLinuxOptions": {"type": "spc_t"}}), **SELINUX),
    "SELinux user": Case(pod({"seLinuxOptions": {"user": "system_u"}}), **SELINUX),
    "SELinux role of the pod": Case(pod(pod_context={"seLinuxOptions": {"role": "system_r"}}), **SELINUX),
    "seccomp off for the pod": Case(
        pod(pod_context={"seccompProfile": {"type": "Unconfined"}}),
        **NEW_SECCOMP,
    ),
    "seccomp off for a container": Case(pod({"seccompProfile": {"type": "Unconfined"}}), **NEW_SECCOMP),
    "seccomp of the node": Case(pod({"seccompProfile": {"type": "Localhost", "localhostProfile": "api.json"}})),
    "seccomp off for the pod by annotation": Case(pod(annotations={SECCOMP_POD: "unconfined"}), **OLD_SECCOMP, valid=False),
    "seccomp off for a container by annotation": Case(pod(annotations={SECCOMP_OF + "web": "unconfined"}), **OLD_SECCOMP),
    "seccomp off by annotation, for no container": Case(pod(annotations={SECCOMP_OF + "other": "unconfined"})),
    "seccomp of the runtime by annotation": Case(pod(annotations={SECCOMP_POD: "docker/default", SECCOMP_OF + "web": "runtime/default"})),
    "seccomp of the node by annotation": Case(
        pod(
            annotations={SECCOMP_POD: "localhost/api.json"},
            pod_context={"seccompProfile": {"type": "Localhost", "localhostProfile": "api.json"}},
        )
    ),
    "sysctls of a pod": Case(sysctls("kernel.shm_rmid_forced", "net.ipv4.tcp_syncookies", "net.ipv4.ip_unprivileged_port_start")),
    "more sysctls of a pod": Case(sysctls("net.ipv4.ping_group_range", "net.ipv4.ip_local_port_range")),
    "reserved ports": Case(sysctls("net.ipv4.ip_local_reserved_ports"), **everywhere("pss-sysctls", until("1.26"))),
    "keepalive time": Case(sysctls("net.ipv4.tcp_keepalive_time"), **everywhere("pss-sysctls", until("1.28"))),
    "end of connections": Case(sysctls("net.ipv4.tcp_fin_timeout"), **everywhere("pss-sysctls", until("1.28"))),
    "keepalive interval": Case(sysctls("net.ipv4.tcp_keepalive_intvl"), **everywhere("pss-sysctls", until("1.28"))),
    "keepalive probes": Case(sysctls("net.ipv4.tcp_keepalive_probes"), **everywhere("pss-sysctls", until("1.28"))),
    "receive buffer": Case(sysctls("net.ipv4.tcp_rmem"), **everywhere("pss-sysctls", until("1.31"))),
    "send buffer": Case(sysctls("net.ipv4.tcp_wmem"), **everywhere("pss-sysctls", until("1.31"))),
    "slow start": Case(sysctls("net.ipv4.tcp_slow_start_after_idle"), **everywhere("pss-sysctls", until("1.36"))),
    "unsent bytes": Case(sysctls("net.ipv4.tcp_notsent_lowat"), **everywhere("pss-sysctls", until("1.36"))),
    "sysctl of the node": Case(sysctls("net.ipv4.tcp_syncookies", "kernel.msgmax"), **SYSCTLS),
    "Windows": Case(windows(), restricted=BEFORE_WINDOWS),
    "Windows host process": Case(
        windows(hostNetwork=True, securityContext={"runAsNonRoot": True, **HOST_PROCESS}),
        baseline={"pss-windows-host-process": ALWAYS, "pss-host-namespaces": ALWAYS},
        restricted={"pss-windows-host-process": ALWAYS, "pss-host-namespaces": ALWAYS, **BEFORE_WINDOWS},
    ),
    "Windows host process of a container": Case(
        windows(hostNetwork=True, containers=[{"name": "web", "image": "api:1.4.2", "securityContext": HOST_PROCESS}]),
        baseline={"pss-windows-host-process": ALWAYS, "pss-host-namespaces": ALWAYS},
        restricted={"pss-windows-host-process": ALWAYS, "pss-host-namespaces": ALWAYS, **BEFORE_WINDOWS},
    ),
}
