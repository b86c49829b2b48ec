"""The workspace, guarded by one lock, and its file."""

import os
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from notifications.sandbox.model import Channel, Workspace

SAVE_EVERY_SECONDS = 0.2


class Store:
    """Readers and writers take turns; writers wake who waits for news and let the file be written soon, whole or not at all.

    A killed process loses at most the last SAVE_EVERY_SECONDS.
    """

    def __init__(self, file: Path, channels: Sequence[Channel]) -> None:
        self.file = file
        self._starting_channels = channels
        self._turn = threading.Condition()
        self._unsaved = threading.Event()
        self._saving = threading.Lock()
        self._workspace = Workspace.model_validate_json(file.read_bytes()) if file.exists() else Workspace()
        self._add_channels()

    @contextmanager
    def reading(self) -> Iterator[Workspace]:
        with self._turn:
            yield self._workspace

    @contextmanager
    def writing(self) -> Iterator[Workspace]:
        with self._turn:
            yield self._workspace
            self._workspace.version += 1
            self._unsaved.set()
            self._turn.notify_all()

    def reset(self) -> None:
        """Forget everything; the version still grows, so that open pages notice."""
        with self.writing() as workspace:
            self._workspace = Workspace(version=workspace.version + 1, last_ts=workspace.last_ts)
            self._add_channels()

    def wait_for_news(self, since: int, seconds: float) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._workspace.version != since, seconds)

    def save(self) -> None:
        with self._saving:
            with self._turn:
                text = self._workspace.model_dump_json(exclude_none=True)
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.file.parent, prefix=self.file.name, delete=False) as new:
                new.write(text)
                new.flush()
                os.fsync(new.fileno())
            Path(new.name).replace(self.file)

    def keep_saving(self) -> None:
        """Run for ever, in a thread of its own."""
        while self._unsaved.wait():
            self._unsaved.clear()
            self.save()
            time.sleep(SAVE_EVERY_SECONDS)

    def _add_channels(self) -> None:
        for channel in self._starting_channels:
            self._workspace.channels.setdefault(channel.id, channel.model_copy())
