"""What the figures are asked for, each in a model that checks it and describes it."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policy.faults import nearest

__all__ = ["QUERIES", "Asked", "BreakdownAsked", "ExportAsked", "SeriesAsked", "told"]

MOST_CELLS = 5_000
"""More pages than a site of this kind has; a bound on what one request reads."""


def _digits(text: object) -> object:
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise ValueError("write a whole number, such as 100")
    return text


DAY = r"^\d{4}-\d{2}-\d{2}$"
Day = Annotated[str, Field(pattern=DAY, description="A day in the site's time zone")]


class Asked(BaseModel):
    """The days that are asked for, both included, and the form of the answer."""

    model_config = ConfigDict(extra="forbid")

    first: Annotated[Day, Field(alias="from")]
    last: Annotated[Day, Field(alias="to")]
    format: Literal["json", "csv"] = "json"


class SeriesAsked(Asked):
    """The figures of the whole site over time."""

    interval: Literal["hour", "day", "month"] = "day"


class BreakdownAsked(Asked):
    """The cells of a dimension."""

    # The bounds come first, so that the JSON Schema has them too.
    limit: Annotated[int, Field(ge=1, le=MOST_CELLS), BeforeValidator(_digits)] = 100


class ExportAsked(BaseModel):
    """All figures of days that have ended; from a day on, and to one, where that is said."""

    model_config = ConfigDict(extra="forbid")

    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    format: Literal["csv", "parquet"] = "csv"


QUERIES: dict[str, type[BaseModel]] = {
    "api.series_answer": SeriesAsked,
    "api.breakdown_answer": BreakdownAsked,
    "api.export_answer": ExportAsked,
}
"""What each address takes, by endpoint."""


def told(error: ValidationError, kind: type[BaseModel]) -> str:
    """What is to be asked instead, of the first that cannot be asked."""
    first = error.errors()[0]
    name = str(first["loc"][0])
    fields = {field.alias or key: field for key, field in kind.model_fields.items()}
    if name not in fields:
        hint = nearest(name, fields)
        return f"{name}: There is no such parameter. {hint[0].upper()}{hint[1:]}."
    choices = get_args(fields[name].annotation)
    if choices and all(isinstance(each, str) for each in choices):
        return f"{name}: Give {' or '.join(choices)}."
    if name in ("from", "to"):
        return f"{name}: Give a day, such as 2026-11-03."
    return f"{name}: Give a whole number from 1 to {MOST_CELLS}."
