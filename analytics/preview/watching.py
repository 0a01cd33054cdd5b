"""Building again on every save. Nothing that goes wrong ends it: it is shown, and it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from analytics.preview.app import Preview
from analytics.preview.builds import PATIENCE_SECONDS, Builds, Built, Failed, Order
from analytics.preview.changes import Changes
from policy.faults import Fault

__all__ = ["Watcher"]

PAUSE_SECONDS = 2.0


class Watcher(threading.Thread):
    """Builds at first, after each save and where another day is to be shown; tells the preview.

    `say` prints; `ready` is called once the first build has ended, well or not.
    """

    def __init__(
        self,
        preview: Preview,
        builds: Builds,
        say: Callable[[str], None],
        ready: Callable[[], None],
    ) -> None:
        super().__init__(name="preview", daemon=True)
        self._root = preview.root
        self._preview = preview
        self._builds = builds
        self._say = say
        self._ready: Callable[[], None] | None = ready
        self._ended = threading.Event()
        self._asked = threading.Event()
        self._told = ""
        """Why there is no new build, as it was said last; empty where there is one."""
        self._warned: frozenset[Fault] = frozenset()
        """What was not quite right in the last build: it is said once, as long as it stays."""
        self._last: Order | None = None
        self._noticed = time.time()
        preview.request = self._asked.set

    def run(self) -> None:
        """Until `end`."""
        self._builds.start()
        # There may be no site from before, or one that cannot be served: the first build tells.
        with suppress(Exception):
            self._preview.keep()
        while not self._ended.is_set():
            try:
                with Changes(self._root, self._say) as changes:
                    self._watch(changes)
            # Whatever it is: a preview that has stopped without a word is worse.
            except Exception as error:
                self._fail(Failed.of(error, self._root))
                self._ended.wait(PAUSE_SECONDS)

    def end(self) -> None:
        """Stop, and wait until it has; not for ever, as another build may be waited for."""
        self._ended.set()
        if self.is_alive():
            self.join(PATIENCE_SECONDS)
        self._builds.close()

    def _watch(self, changes: Changes) -> None:
        """Build, and again after each save, until a folder is not the one that is watched."""
        self._build(None)
        while not self._ended.is_set() and changes.stand:
            changed = changes.wait()
            if self._asked.is_set() or changed:
                self._build(changed)
            elif self._is_due:
                self._build(None)

    @property
    def _is_due(self) -> bool:
        """Whether what was built is gone, or a page comes or goes since."""
        if not (self._told or self._preview.is_there):
            return True
        # Once for each such moment: what fails then is tried again at the next save.
        return self._noticed < changes_at(self._preview) <= time.time()

    def _build(self, changed: frozenset[str] | None) -> None:
        noticed = self._noticed = time.time()
        self._asked.clear()
        order = self._order(changed)
        self._preview.begin(order, noticed)
        outcome = self._builds(order)
        if self._ended.is_set():
            return
        if isinstance(outcome, Built):
            try:
                self._preview.renew(order, outcome)
            # A mistake of ours, or of the machine's: it is shown as that.
            except Exception as error:
                outcome = Failed.of(error, self._root)
        self._fail(outcome) if isinstance(outcome, Failed) else self._praise(outcome)
        if self._ready is not None:
            self._ready()
            self._ready = None

    def _order(self, changed: frozenset[str] | None) -> Order:
        """What to build. What changed before a build that failed is new to the next one, too."""
        before, self._last = self._last, self._preview.order(changed)
        if before is None or replace(before, changed=changed) != self._last:
            # Another site than the one before, or the first.
            self._last = replace(self._last, changed=None)
        elif self._told and changed is not None:
            earlier = before.changed
            known = None if earlier is None else changed | earlier
            self._last = replace(self._last, changed=known)
        return self._last

    def _fail(self, failed: Failed) -> None:
        self._preview.fail(failed)
        if failed.text != self._told:
            self._say(failed.text)
        self._told = failed.text

    def _praise(self, built: Built) -> None:
        self._told = ""
        before, self._warned = self._warned, frozenset(built.warnings)
        for warning in built.warnings:
            if warning not in before:
                self._say(str(warning).replace("error:", "warning:", 1))
        self._say(
            f"Built {built.pages} pages in {built.seconds:.2f} s: "
            f"{built.written} files written, {built.removed} removed."
        )


def changes_at(preview: Preview) -> float:
    """When what is shown changes by itself (seconds since 1970); 0 for the site of another day."""
    service = preview.service
    return service.build.changes_at if service and preview.shown.day is None else 0
