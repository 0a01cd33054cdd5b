"""Building again on every save. Nothing that goes wrong ends it: it is shown, and it goes on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from watchfiles import watch

from analytics.preview.app import Preview
from policy.failures import tell

__all__ = ["Watcher"]

WATCHED = ("content", "templates", "site")
LOOK_MS = 500
"""How often it is looked whether the folders are still those that are watched."""

PAUSE_SECONDS = 2.0
PATIENCE_SECONDS = 10.0


class Watcher(threading.Thread):
    """Builds with `rebuild` at first and after each save, and tells the preview.

    `rebuild` raises what is wrong; `say` prints it.
    """

    def __init__(
        self, root: Path, preview: Preview, rebuild: Callable[[], None], say: Callable[[str], None]
    ) -> None:
        super().__init__(name="preview", daemon=True)
        self.first = threading.Event()
        self._root = root
        self._preview = preview
        self._rebuild = rebuild
        self._say = say
        self._ended = threading.Event()
        self._site_changed = False

    def run(self) -> None:
        """Until `end`."""
        while not self._ended.is_set():
            folders = self._folders()
            try:
                self._build()
                self.first.set()
                self._watch(folders)
            # Whatever it is: a preview that has stopped without a word is worse.
            except Exception as error:
                self._show(error)
                self._ended.wait(PAUSE_SECONDS)

    def end(self) -> None:
        """Stop, and wait until it has; not for ever, as another build may be waited for."""
        self._ended.set()
        if self.is_alive():
            self.join(PATIENCE_SECONDS)

    def _watch(self, folders: dict[Path, int]) -> None:
        """Build after each save, until a folder is another one than at the beginning."""
        if not folders:
            self._ended.wait(LOOK_MS / 1_000)
        for changes in watch(
            *folders, stop_event=self._ended, rust_timeout=LOOK_MS, yield_on_timeout=True
        ):
            if changes:
                self._build(path for _, path in changes)
            if self._folders() != folders:
                return

    def _build(self, changed: Iterable[str] = (".toml",)) -> None:
        # A declaration that changed in a build that failed is new to the next one, too.
        self._site_changed = self._site_changed or any(path.endswith(".toml") for path in changed)
        try:
            self._rebuild()
            self._preview.renew(site_changed=self._site_changed)
        # Faults are expected. All else is a mistake of ours, and is shown as that.
        except Exception as error:
            self._show(error)
        else:
            self._site_changed = False

    def _show(self, error: Exception) -> None:
        text = tell(error).text
        self._say(text)
        self._preview.fail(text)

    def _folders(self) -> dict[Path, int]:
        """The folders that are there, each with what tells it from one that takes its place."""
        found = {}
        for name in WATCHED:
            path = self._root / name
            if os.path.isdir(path):  # noqa: PTH112  (Path.is_dir raises PermissionError)
                found[path] = path.stat().st_ino
        return found
