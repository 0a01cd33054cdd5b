"""The colours of `site/assets/main.css` keep WCAG 2.2 AA contrast in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "site" / "assets" / "main.css"

TEXT = 4.5
"""Success criterion 1.4.3: text on its background."""

OBJECT = 3.0
"""Success criterion 1.4.11: what a control or a focus ring is seen by."""

PAIRS = [
    *((TEXT, "ink", ground) for ground in ("paper", "tint", "sky")),
    *((TEXT, "ink-soft", ground) for ground in ("paper", "tint", "sky")),
    *((TEXT, "link", ground) for ground in ("paper", "tint", "sky")),
    *((TEXT, "wrong", ground) for ground in ("paper", "tint", "wrong-tint")),
    *((TEXT, f"code-{kind}", "tint") for kind in ("word", "text", "number", "name", "note")),
    (TEXT, "on-ground", "ground"),
    (TEXT, "on-ground-soft", "ground"),
    (TEXT, "on-strong", "strong"),
    (TEXT, "on-strong", "strong-hover"),
    (TEXT, "on-action", "action"),
    (TEXT, "on-action", "action-hover"),
    (TEXT, "on-call", "call"),
    *((OBJECT, "edge", ground) for ground in ("paper", "tint")),
    *((OBJECT, "focus", ground) for ground in ("paper", "tint", "sky")),
    *((OBJECT, "wrong", ground) for ground in ("paper", "tint")),
]


def tokens(block: str) -> dict[str, str]:
    """The colours that a `:root` block sets, by name without the hyphens."""
    return dict(re.findall(r"--([a-z0-9-]+):\s*(#[0-9a-f]{6});", block))


def themes() -> dict[str, dict[str, str]]:
    """The colours of each theme; the dark one overrides the light one."""
    light, dark = (tokens(block) for block in re.findall(r":root \{([^}]*)\}", layer("tokens")))
    return {"light": light, "dark": light | dark}


def layer(name: str) -> str:
    """The text of one `@layer`."""
    _, _, rest = STYLES.read_text(encoding="utf-8").partition(f"@layer {name} {{")
    return rest.partition("\n}\n")[0]


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1. Source: WCAG 2.2, definition of relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21. Source: WCAG 2.2, definition of contrast ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("least", "front", "ground"), PAIRS)
def test_colours_contrast_enough(theme: str, least: float, front: str, ground: str) -> None:
    """Text has 4.5:1 to its background, edges of controls and focus rings have 3:1."""
    colours = themes()[theme]
    assert contrast(colours[front], colours[ground]) >= least


def test_black_on_white_is_twenty_one() -> None:
    """The ratio is the one that WCAG defines."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_a_theme_is_complete() -> None:
    """Dark sets every colour that light sets, so that none shines through by oversight."""
    light, dark = (tokens(block) for block in re.findall(r":root \{([^}]*)\}", layer("tokens")))
    assert light.keys() == dark.keys()
