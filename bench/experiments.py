"""How often the comparison of an experiment is wrong, and what it finds.

`python -m bench.experiments [TRIALS]` prints a line for each kind of site.
"""

from __future__ import annotations

import random
import sys

from tests.fixtures.made_up_experiments import Planted, named_found, share_found


def main() -> None:
    """Print a line for each kind of site."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    chance = random.Random(11)
    print("visits a day, share, variants, days: alarms without a difference; named; found of that")
    for planted in (
        Planted(visits_a_day=100),
        Planted(),
        Planted(crowds=0.0),
        Planted(crowds=0.8),
        Planted(variants=4),
        Planted(slot_hours=24, days=40),
        Planted(visits_a_day=2_000, rate=0.02),
    ):
        none = share_found(planted, trials, chance)
        named, found = named_found(planted, trials, chance)
        print(
            f"{planted.visits_a_day}, {planted.rate:.0%}, {planted.variants}, {planted.days}"
            f" (slots of {planted.slot_hours} h, crowds {planted.crowds}):"
            f" {none.found:.1%}; {100 * named:.1f} points; {found:.0%},"
            f" and the interval held {none.covered:.1%}"
        )


if __name__ == "__main__":
    main()
