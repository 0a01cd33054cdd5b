"""What is wrong in a file of the site is said in the words of those who write it."""

from __future__ import annotations

import datetime
import importlib
import pkgutil
import re
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

import analytics
import audit
import generator
import policy
from policy.toml_source import Declared, frozen
from policy.wrong_values import validation_faults

VALUES: list[object] = [
    *(0, -1, 10**9, 10**30, 1.5, float("inf"), float("nan"), True, "", "x", " ", "\0", "a" * 5_000),
    *([], {}, [1], ["x"], ["x", "x"], [[]], [{}], {"a": 1}, {"a": {}}, {"a": "b"}, {"a": [1]}),
    *(datetime.date(2020, 1, 1), datetime.time(1, 2)),
    datetime.datetime(2020, 1, 1),  # noqa: DTZ001  (as TOML has it)
    *(["a"] * 500, [{"a": 1}] * 500, [{"name": 1, "label": []}]),
]
"""A value of each kind that TOML has, too few and too many of each."""

PYDANTIC = re.compile(r"should|valid |instance|tuple|dictionary|Input|String|validation|permitted")


def models(of: type[Declared] = Declared) -> Iterator[type[Declared]]:
    for each in of.__subclasses__():
        yield each
        yield from models(each)


for _package in (policy, generator, analytics, audit):
    for _module in pkgutil.walk_packages(_package.__path__, f"{_package.__name__}."):
        importlib.import_module(_module.name)
MODELS = sorted(set(models()), key=lambda each: each.__qualname__)


@pytest.mark.parametrize("model", MODELS, ids=lambda each: each.__qualname__)
def test_no_fault_speaks_as_pydantic_does(model: type[Declared]) -> None:
    """Whatever stands at whatever key; and nothing else ends the reading."""
    for name, field in model.model_fields.items():
        for value in VALUES:
            given = frozen({field.alias or name: value})
            try:
                model.model_validate(given, strict=True, by_alias=True, by_name=False)
            except ValidationError as error:
                for fault in validation_faults(error, lambda _: ("x.toml", 1, ""), model):
                    said = re.sub(r"\"[^\"]*\"|'[^']*'", "…", f"{fault.message}\n{fault.hint}")
                    assert not PYDANTIC.search(said), (name, value, said)
                    assert fault.hint or "unknown key" in fault.message
