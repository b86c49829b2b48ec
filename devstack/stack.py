"""The whole product on this machine: its servers and processes, started in order, for `make up` and for the tests."""

import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self

from audit import keys
from devstack import demo_env, freshness, kubeconfigs, lock
from devstack.addresses import free_port, is_free, remembered_ports
from devstack.clusters import Cluster, ControlPlane, OwnContext, Sandbox, answers
from devstack.installation import Installation
from devstack.kubeconfigs import Kubeconfig
from devstack.postgres import Postgres
from devstack.processes import Failure, Processes, Program, Switch
from devstack.programs import PROCESSES, ProductProcess
from devstack.valkey import Valkey

SECONDARY = ("postgres", "redis", "cluster", "slack")
SLACK_TEAM = "T0DEMO"
SLACK_CHANNEL = "C0APPROVALS"


@dataclass(frozen=True)
class Options:
    """What may differ from one start to the next."""

    data_dir: Path
    port: int = 0
    """Of the web server; 0 takes a free one."""
    cluster: Literal["sandbox", "control-plane"] | Kubeconfig = "sandbox"
    durable: bool = True
    """Whether data has to survive a crash of the machine."""
    database_url: str = ""
    redis_url: str = ""
    """Servers to use instead of embedded ones."""
    real_slack: bool = False
    """The environment names a real Slack workspace: no sandbox."""


@dataclass(frozen=True)
class Step:
    title: str
    run: Callable[[], None]


class Stack:
    """Everything that runs for one data directory. `up` starts it; leaving the block ends it, in reverse order.

    Raises Failure, with one line that says what to do, wherever something does not start.
    """

    def __init__(self, options: Options, *, switch: Switch | None = None) -> None:
        self.options = options
        self.data = options.data_dir.resolve()
        if not self.data.exists():
            self._web_port()  # a start that is refused leaves nothing; where there is a directory, who holds it tells more than a port
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = self._hold()
        self.port = self._web_port()
        self.ports = remembered_ports(self.data / "ports.json", SECONDARY)
        self.installation = Installation.load(self.data)
        self.processes = Processes(self.data, switch=switch, holding=[self._lock.fileno()])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.processes.__exit__(kind, error, trace)
        self._lock.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def slack_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['slack']}"

    @property
    def demo_file(self) -> Path:
        return self.data / "demo.env"

    @property
    def demo(self) -> dict[str, str]:
        """What `demo.env` says: addresses, tokens, passwords, the ledger's public key."""
        return demo_env.read(self.demo_file)

    @property
    def has_demo(self) -> bool:
        return not isinstance(self.options.cluster, Kubeconfig)

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres(self.data / "postgres", self.ports["postgres"], self.installation.postgres_password, durable=self.options.durable)

    @cached_property
    def redis(self) -> Valkey:
        return Valkey(self.data / "redis", self.ports["redis"], self.installation.redis_password, durable=self.options.durable)

    @cached_property
    def cluster(self) -> Cluster:
        chosen = self.options.cluster
        if isinstance(chosen, Kubeconfig):
            return OwnContext(chosen)
        if chosen == "control-plane":
            return ControlPlane(self.data / "control-plane", self.ports["cluster"])
        return Sandbox(self.data / "cluster", self.ports["cluster"], self.installation.cluster_tokens)

    @property
    def env(self) -> dict[str, str]:
        """The environment of every process of the product, but for its credentials of the cluster."""
        known = {
            "AUTONOMY_ENV": "development",
            "SECRET_KEY": self.installation.secret_key,
            "LEDGER_KEY": self.installation.ledger_key,
            "LEDGER_CHECKPOINT_FILE": str(self.data / "checkpoints.jsonl"),
            "DATABASE_URL": self.options.database_url or self.postgres.url(),
            "REDIS_URL": self.options.redis_url or self.redis.url,
            "BASE_URL": self.url,
            "PYTHONUNBUFFERED": "1",
        }
        return known if self.options.real_slack else known | self._sandbox_slack_env()

    def steps(self) -> list[Step]:
        """What `up` does, in order."""
        return [
            *([] if self.options.database_url else [Step("PostgreSQL", self._start_postgres)]),
            *([] if self.options.redis_url else [Step("Redis", self._start_redis)]),
            *([Step("cluster", self._start_cluster)] if self.cluster.program else []),
            *([] if self.options.real_slack else [Step("Slack", self._start_slack)]),
            Step("addresses and credentials", self._write_credentials),
            Step("database tables", self._migrate),
            *([Step("demo accounts and objects", self._seed)] if self.has_demo else []),
            Step("web, workers, watcher", self._start_product),
        ]

    def up(self) -> None:
        for step in self.steps():
            step.run()

    def start(self, name: str) -> None:
        """Start one process again that was killed or stopped; `wait_ready` waits for it."""
        self.processes.start(self._program(name))

    def wait_ready(self, *names: str) -> None:
        """Wait until these are ready, by default all of the product's processes."""
        self.processes.wait_ready(*(names or (process.name for process in PROCESSES)))

    def stop(self, name: str) -> None:
        self.processes.stop(name)

    def kill(self, name: str, what: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one process; SIGKILL ends its children too and returns when all are gone."""
        self.processes.kill(name, what)

    def manage(self, *arguments: str, name: str = "manage", within: float = 120) -> None:
        """Run `manage.py` with these arguments, as the cluster's admin. Raises Failure with its last words."""
        self._run(name, "manage.py", *arguments, within=within)

    def _run(self, name: str, *arguments: str, within: float = 120) -> None:
        self.processes.run(Program(name, [sys.executable, *arguments], self._env_of("admin"), starts_within=within))

    def _start_postgres(self) -> None:
        self.postgres.initialise()
        self.start("postgres")
        self.wait_ready("postgres")
        self.postgres.create_database()

    def _start_redis(self) -> None:
        self.start("redis")
        self.wait_ready("redis")

    def _start_cluster(self) -> None:
        self.start("cluster")
        self.wait_ready("cluster")

    def _start_slack(self) -> None:
        self.start("slack")
        self.wait_ready("slack")

    def _write_credentials(self) -> None:
        for user, kubeconfig in self.cluster.kubeconfigs().items():
            kubeconfigs.write(self._kubeconfig_dir(user), self.cluster.name, kubeconfig)
        env = self.env
        lines = {"AUTONOMY_URL": self.url, "DATABASE_URL": env["DATABASE_URL"], "REDIS_URL": env["REDIS_URL"]}
        lines["LEDGER_PUBLIC_KEY"] = keys.public_text(keys.private_key(self.installation.ledger_key))
        if not self.options.real_slack:
            lines["SLACK_URL"] = self.slack_url
        if self.has_demo:
            lines |= self._cluster_lines() | {f"{name.upper()}_PASSWORD": word for name, word in self.installation.passwords.items()}
        demo_env.update(self.demo_file, lines)

    def _cluster_lines(self) -> dict[str, str]:
        admin = self.cluster.kubeconfigs()["admin"]
        return {"KUBE_URL": str(admin.clusters[0].cluster["server"]), "KUBE_TOKEN": str(admin.users[0].user["token"])}

    def _migrate(self) -> None:
        with freshness.unless_done(self.data / "migrated", self.options.database_url) as needed:
            if needed:
                self.manage("migrate", "--verbosity", "1", name="migrate")

    def _seed(self) -> None:
        stamp = self.data / "seeded"
        if "ALICE_TOKEN" not in self.demo:
            stamp.unlink(missing_ok=True)  # a token is told once: who has lost the file gets new ones
        with freshness.unless_done(stamp, str(self.options.cluster)) as needed:
            if needed:
                self._run("seed", "-m", "devstack.demo", "--env-file", str(self.demo_file))

    def _start_product(self) -> None:
        for process in PROCESSES:
            self.start(process.name)
        self.wait_ready()

    def _program(self, name: str) -> Program:
        for process in PROCESSES:
            if process.name == name:
                return self._product_program(process)
        if name == "postgres":
            return self.postgres.program()
        if name == "redis":
            self.redis.initialise()
            return self.redis.program()
        if name == "cluster" and self.cluster.program:
            return self.cluster.program
        return self._slack_program()

    def _product_program(self, process: ProductProcess) -> Program:
        command = process.command(port=self.port)
        ready = (lambda: answers(f"{self.url}/healthz")) if process.name == "web" else None
        return Program(process.name, command, self._env_of(process.credential), says=process.says, ready=ready)

    def _slack_program(self) -> Program:
        options = {
            "--port": str(self.ports["slack"]),
            "--state": str(self.data / "slack.json"),
            "--bot-token": self.installation.slack_bot_token,
            "--signing-secret": self.installation.slack_signing_secret,
            "--team": SLACK_TEAM,
            "--interactions-url": f"{self.url}/api/v1/slack/interactions/",
        }
        command = [sys.executable, "-m", "notifications.sandbox", *(word for option in options.items() for word in option)]
        return Program("slack", command, ready=lambda: answers(self.slack_url))

    def _sandbox_slack_env(self) -> dict[str, str]:
        return {
            "SLACK_BOT_TOKEN": self.installation.slack_bot_token,
            "SLACK_SIGNING_SECRET": self.installation.slack_signing_secret,
            "SLACK_TEAM_ID": SLACK_TEAM,
            "SLACK_API_URL": f"{self.slack_url}/api/",
            "SLACK_CHANNEL": SLACK_CHANNEL,
        }

    def _env_of(self, user: str) -> dict[str, str]:
        return {**self.env, "KUBECONFIG_DIR": str(self._kubeconfig_dir(user))}

    def _kubeconfig_dir(self, user: str) -> Path:
        return self.data / "kubeconfigs" / user

    def _hold(self) -> IO[str]:
        try:
            return lock.hold(self.data)
        except lock.InUse:
            raise Failure(f"`make up` runs on {self.options.data_dir} already, or is still stopping; DATA_DIR=... starts another") from None

    def _web_port(self) -> int:
        port = self.options.port or free_port()
        if not is_free(port):
            raise Failure(f"port {port} is in use; set PORT to another one, for example: make up PORT={free_port()}")
        return port
