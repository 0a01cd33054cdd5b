"""What a check finds in pages that came over: mended where that loses no word, else set aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import generator
from generator.building import PictureWork
from generator.moving.by_hand import ByHand
from generator.moving.mending_files import SITE_FILES
from generator.moving.mends import MENDS
from generator.moving.source import Source
from policy.faults import Fault, Faults

__all__ = ["ASIDE", "mended"]

ROUNDS = 12
ASIDE = "set-aside"


def mended(
    into: Path,
    pages: Mapping[str, Source],
    by_hand: ByHand,
    origin: str,
    say: Callable[[str], None],
) -> int:
    """Mend the site in `into` until a check finds nothing; how many pages wait as drafts.

    Raises `Faults` with what is not a page's, or cannot be set aside.
    """
    drafts: set[str] = set()
    mend = _Mending(into, pages, by_hand, origin)
    for turn in range(ROUNDS):
        try:
            generator.check(into, pictures=PictureWork(originals=True))
        except Faults as error:
            faults = error.faults
        else:
            return len(drafts)
        say(f"  {len(faults)} mistakes to mend")
        by_page: dict[str, list[Fault]] = {}
        for fault in faults:
            by_page.setdefault(fault.path, []).append(fault)
        for name, found in by_page.items():
            if name in SITE_FILES and SITE_FILES[name](into, found, by_hand):
                continue
            if not name.startswith("content/"):
                raise Faults(faults)
            left = mend.page(name, found)
            if left and turn > 1:
                what = mend.set_aside(name)
                by_hand.add(f"{what}: {left[0].kind}", left[0].path, left[0].line)
                drafts.add(name)
    raise Faults(faults)


def _plain_front(front: str) -> str:
    """What a page needs, and no more."""
    return "".join(re.findall(r"^(?:---|title: .*|layout: .*)\n", front, re.MULTILINE))


class _Left:
    """A fault that nobody but a person can mend, where it was in the old site."""

    def __init__(self, kind: str, path: str, line: int) -> None:
        self.kind, self.path, self.line = kind, path, line


class _Mending:
    def __init__(
        self, into: Path, pages: Mapping[str, Source], by_hand: ByHand, origin: str
    ) -> None:
        self._into, self._pages, self._by_hand = into, pages, by_hand
        self._origin = origin or "https://example.com"

    def page(self, name: str, faults: list[Fault]) -> list[_Left]:
        """Mend a page; what is left."""
        path = self._into / name
        if not path.is_file():
            return []
        if not name.endswith(".md"):
            path.unlink()  # A picture that is none, a file that may not stand there.
            self._by_hand.add(
                "a file is damaged or cannot be published", name, 0, faults[0].message
            )
            return []
        lines = path.read_text(encoding="utf-8").split("\n")
        before = list(lines)
        left = []
        for fault in sorted(faults, key=lambda each: -(each.line or 0)):
            at = (fault.line or 1) - 1
            if at >= len(lines) or not self._mend(lines, at, fault, name):
                left.append(_Left(_kind(fault), *self._old(name, lines, at)))
        if lines != before:
            path.write_text("\n".join(lines), encoding="utf-8")
        return left

    def set_aside(self, name: str) -> str:
        """Make a page a draft, and leave only words that no check follows in it; what was done. All
        that is below a list would wait with it, so that a list stays, and its text waits first."""
        path = self._into / name
        if not name.endswith(".md") or not path.is_file():
            path.unlink(missing_ok=True)
            return "a file is left out"
        text = path.read_text(encoding="utf-8")
        front = text[: text.index("\n---\n", 3) + 5]
        if name.endswith("/index.md"):
            if not self._aside(
                name
            ).exists():  # What waits there already is more than is left here.
                self._aside(name).write_text(text, encoding="utf-8")
            kept = front if text != front else _plain_front(front)
            if kept != text:
                path.write_text(kept, encoding="utf-8")
                what = "text" if text != front else "front matter"
                return f"the {what} of a list waits in {ASIDE}/"
        if "\ndraft: true\n" not in text:
            path.write_text(text.replace("\n", "\ndraft: true\n", 1), encoding="utf-8")
        else:  # Even a draft is read, so it waits outside.
            path.rename(self._aside(name))
        return "a page waits as a draft"

    def _aside(self, name: str) -> Path:
        target = self._into / ASIDE / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _old(self, name: str, lines: list[str], at: int) -> tuple[str, int]:
        """The file and line of the old site for a line of the new one."""
        page = self._pages.get(name)
        if page is None:
            return name, at + 1
        text = lines[at].strip() if at < len(lines) else ""
        found = page.text.find(text) if text else -1
        return page.path, page.line(found) if found >= 0 else 0

    def _mend(self, lines: list[str], at: int, fault: Fault, name: str) -> bool:
        for pattern, mend in MENDS:
            if found := re.search(pattern, f"{fault.message}\n{fault.hint}"):
                # A link or a tag may begin in one line and go on in the next.
                for here in range(at, min(at + 6, len(lines))):
                    new = mend(lines[here], found, self._origin)
                    if new is not None and new != lines[here]:
                        path, line = self._old(name, lines, here)
                        self._by_hand.add(f"mended: {_kind(fault)}", path, line, lines[here])
                        lines[here] = new
                        return True
                return False
        return False


def _kind(fault: Fault) -> str:
    """What is wrong, without what varies."""
    text = re.sub(r'"[^"]*"|“[^”]*”|\[[^\]]*\](?:\([^)]*\))?', "…", fault.message)
    return re.sub(r"(?<!\w)[/<{][^\s]*|https?:\S+", "…", text)
