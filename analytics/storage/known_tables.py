"""What a database is known to hold, in a file beside the key, so that a loss is told, not mended.

A table that the register declares and the file lacks is new, or was lost. This tells which: what
was there when the database was last taken up was lost, with all that it held. It stays so until
somebody puts it back, or says that it is to be begun anew (`build.py data accept-loss`).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

__all__ = ["KnownTables"]

Tables = Mapping[str, frozenset[str]]
"""The columns of each table."""


class KnownTables:
    """The tables of the database `name` as they were last seen, in the folder `var`.

    Where there is no folder, they are known for as long as this is.
    """

    def __init__(self, name: str, var: Path | None = None) -> None:
        self.path = var / f"{name}.tables.json" if var else None
        self._held: Tables = {}

    def read(self) -> Tables:
        """None where none was ever seen, or nobody can tell."""
        if self.path is None:
            return self._held
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            return {str(table): frozenset(map(str, columns)) for table, columns in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            return {}

    def write(self, tables: Tables) -> None:
        """Whole, or not at all; nothing where it stands there already. Raises OSError."""
        if self.read() == tables:
            return
        self._held = tables
        if self.path is None:
            return
        # Of two processes at once each has a draft of its own.
        draft = self.path.with_name(f"{self.path.name}.{secrets.token_hex(4)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({table: sorted(columns) for table, columns in sorted(tables.items())}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)

    def forget(self, table: str = "", column: str = "") -> None:
        """Know no more of a table, of one of its columns, or of all. Raises OSError."""
        known = dict(self.read())
        if column:
            known[table] = known.get(table, frozenset()) - {column}
        elif table:
            known.pop(table, None)
        self.write(known if table else {})
