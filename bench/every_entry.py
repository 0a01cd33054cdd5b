"""Each variation of each entry of a register, all of them built, those with a fault as well.

    python -m bench.every_entry

No time, but a proof too long for the tests: tests/policy/test_every_entry.py builds what can be
read, and one in five of the rest. A line is printed for each entry, with what is wrong with its
variations: what went wrong without a fault, or a fault without its line or mend.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fixtures.whole_site import whole_site
from tests.policy.test_every_entry import PLACES, named, varied, wrong_with


def main() -> None:
    """Print a line for each entry. Ends with status 1 where anything is wrong."""
    places = [place for name, place in PLACES if name == "whole"]
    found = 0
    with TemporaryDirectory() as folder:
        root = whole_site(Path(folder) / "site")
        for place in places:
            number = len(list(varied("whole", place)))
            wrong = wrong_with(root, Path(folder) / named(place), place, lambda _: True)
            found += len(wrong)
            print(f"{named(place)}: {number} variations, {len(wrong)} wrong", flush=True)
            for what, said in wrong.items():
                print(f"    {what}: {said}")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
