"""What a person must do after a site was moved: by cause, with file and line of the old site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["ByHand"]

MOST = 200


@dataclass(slots=True)
class ByHand:
    """Gathers what is to be done. `line` counts from 1 in the file as it was."""

    _found: dict[str, dict[tuple[str, int, str], None]] = field(default_factory=dict)

    def add(self, cause: str, path: str, line: int = 0, what: str = "") -> None:
        """One thing to do. Said twice it is one."""
        self._found.setdefault(cause, {})[path, line, " ".join(what.split())[:120]] = None

    @property
    def causes(self) -> list[tuple[str, int]]:
        """Each cause, and how often it is there; the most frequent first."""
        counts = [(cause, len(places)) for cause, places in self._found.items()]
        return sorted(counts, key=lambda each: (-each[1], each[0]))

    def of(self, cause: str) -> list[tuple[str, int, str]]:
        """(file, line, what stands there) of a cause."""
        return list(self._found.get(cause, {}))

    def as_markdown(self) -> str:
        """The list, for people."""
        return "\n".join([*self._lines(), ""])

    def _lines(self) -> Iterator[str]:
        yield "# To be done by hand"
        yield ""
        yield "Paths and lines are those of the site that was moved."
        if not self._found:
            yield ""
            yield "Nothing: all of it came over."
        for cause, number in self.causes:
            yield ""
            yield f"## {cause} ({number})"
            yield ""
            places = sorted(self._found[cause])
            for path, line, what in places[:MOST]:
                place = f"{path}:{line}" if line else path
                yield f"- `{place}`" + (f" {what}" if what else "")
            if number > MOST:
                yield f"- and {number - MOST} more"
