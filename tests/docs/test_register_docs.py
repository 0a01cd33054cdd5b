"""docs/register.md explains every key of the register, and none that there is not."""

from __future__ import annotations

import re

import pytest
from pydantic import BaseModel

from policy import declaration, register_entries
from policy import register as declared
from tests.fixtures.small_site import ROOT

DOC = (ROOT / "docs" / "register.md").read_text(encoding="utf-8")
MODELS: dict[str, type[BaseModel]] = {
    "`site/policy.toml`": declaration.Declaration,
    "`[fields]`": declaration.OwnField,
    "`[purposes]`": declaration.OwnPurpose,
    "`[recipients]`": declaration.OwnRecipient,
    "In a released version": declared.Register,
    "`[notice]`": declared.Notice,
    "`[[purpose]]`": declared.Purpose,
    "`[[cookie]]`": declared.Cookie,
    "`parts`": declared.Part,
    "`[[storage]]`": declared.Storage,
    "`[[endpoint]]`": register_entries.Endpoint,
    "`[[table]]`": declared.Table,
    "`columns`": declared.Column,
    "`[backup]`": declared.Backup,
    "`[[transient]]`": declared.Transient,
    "`[[window]]`": register_entries.Window,
    "`[[event]]`": register_entries.Event,
    "`[[header]]`": register_entries.Header,
    "`[[browser_feature]]`": register_entries.BrowserFeature,
    "`[[log]]`": register_entries.LogLine,
    "`fields`": register_entries.LogField,
    "`[[exception]]`": register_entries.PageException,
    "`[[connection]]`": register_entries.Connection,
    "`[[recipient]]`": register_entries.Recipient,
}


def keys_under(heading: str) -> set[str]:
    """The keys in the first column of the table below a heading."""
    _, _, below = DOC.partition(f"# {heading}\n")
    section = re.split(r"^#", below, flags=re.MULTILINE)[0]
    cells = re.findall(r"^\| (`[^|]*) \|", section, flags=re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("heading", MODELS)
def test_every_key_is_explained(heading: str) -> None:
    model = MODELS[heading]
    names = {field.alias or name for name, field in model.model_fields.items()}
    if model is declared.Register:  # Its lists have headings of their own.
        names -= {re.sub(r"\W", "", each) for each in MODELS}
    assert keys_under(heading) == names
