"""Where a site is read from, where it is written, and where its databases are."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Places"]

VARIABLE = "PLAINSITE_VAR"


@dataclass(frozen=True, slots=True)
class Places:
    """`root` has content/, templates/ and site/; `public` what is built; `var` the databases."""

    root: Path
    public: Path
    var: Path

    @classmethod
    def of(cls, root: Path) -> Places:
        """Both beside the site, unless `PLAINSITE_VAR` names another folder for the databases."""
        root = root.resolve()
        return cls(root, root / "public", Path(os.environ.get(VARIABLE) or root / "var"))
