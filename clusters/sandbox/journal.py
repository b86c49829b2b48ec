"""What the sandbox remembers over a restart: a file of JSON lines, one for each object that changed, rewritten when it gets long."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from clusters.objects import Object

COMPACT_BYTES = 32 * 1024 * 1024


class Key(NamedTuple):
    """The name of a stored object; the namespace is empty for objects of the whole cluster."""

    kind: str
    namespace: str
    name: str


class Journal:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = 0

    def read(self) -> dict[Key, Object]:
        """The last state of each object. A last line that a crash cut off is left out."""
        objects: dict[Key, Object] = {}
        for key, obj in self._lines():
            if obj is None:
                objects.pop(key, None)
            else:
                objects[key] = obj
        return objects

    def append(self, changes: Iterable[tuple[Key, Object | None]]) -> None:
        """None: the object is gone."""
        text = "".join(_line(key, obj) for key, obj in changes)
        with self._path.open("a") as file:
            file.write(text)
            self._size = file.tell()

    @property
    def long(self) -> bool:
        return self._size > COMPACT_BYTES

    def rewrite(self, objects: Iterable[tuple[Key, Object]]) -> None:
        """Replace the file at once: a crash leaves the old one or the new one."""
        new = self._path.with_name(f"{self._path.name}.new")
        new.parent.mkdir(parents=True, exist_ok=True)
        with new.open("w") as file:
            file.writelines(_line(key, obj) for key, obj in objects)
            file.flush()
            os.fsync(file.fileno())
            self._size = file.tell()
        new.replace(self._path)

    def _lines(self) -> Iterator[tuple[Key, Object | None]]:
        if not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                key, obj = json.loads(line)
            except ValueError:
                return
            yield Key(*key), obj


def _line(key: Key, obj: Object | None) -> str:
    return json.dumps([key, obj], separators=(",", ":")) + "\n"
