"""Makes `tests/sites/good/` again from `tests/sites/base/`, `languages-good/` from
`languages/` and `terms-good/` from `terms/`, after a change that was meant to change them. Look
at the difference before you commit it: `python -m tests.sites.again; git diff`."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path

import generator

SITES = Path(__file__).parent
DAY = datetime.date(2026, 3, 10)


def main() -> None:
    """Only text files that are there already; a new or missing one fails its test."""
    for site, good in (("base", "good"), ("languages", "languages-good"), ("terms", "terms-good")):
        with tempfile.TemporaryDirectory() as folder:
            generator.build(SITES / site, Path(folder), today=DAY)
            for path in sorted((SITES / good).rglob("*")):
                if path.is_file():
                    path.write_bytes((Path(folder) / path.relative_to(SITES / good)).read_bytes())


if __name__ == "__main__":
    main()
