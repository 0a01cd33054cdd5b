"""Audits the whole site of the tests with each feature off, by every journey that is left.

    python bench/features_off.py [CASE ...]

prints for each case of `tests/sites/without` what the audit says, and how long it took. Ends with
status 1 where any of them says anything but that nothing differs.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1]))

import build
from tests.audit.test_features_off import without
from tests.fixtures.whole_site import CASES


def main() -> None:
    wrong = False
    for case in CASES:
        if sys.argv[1:] and case.stem not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            root = without(Path(folder) / "site", case)
            words = ["--root", str(root), "audit", "--browser", "chromium", "--idle", "0"]
            began = time.monotonic()
            told = CliRunner().invoke(build.main, [*words, "--output", str(Path(folder) / "told")])
        wrong |= told.exit_code != 0
        verdict = next((line for line in told.output.splitlines() if "journeys" in line), "")
        print(f"no {case.stem}: {verdict or told.output} ({time.monotonic() - began:.0f} s)")
    sys.exit(wrong)


if __name__ == "__main__":
    main()
