"""A static page with its form drawn again: what was typed is kept, and what is wrong is said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import render_template

from analytics.service import Service
from policy.forms import Form


@dataclass(frozen=True)
class Answered:
    """What was typed and ticked, and what is wrong by field; "" is wrong with the whole form."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    ticked: Mapping[str, bool]


def redrawn(service: Service, form: Form, answered: Answered) -> str:
    """The HTML of the form's page, as it was answered."""
    drawn = render_template("blocks/form.html", form=form, **vars(answered))
    page = service.pages.text(form.page)
    marked = re.compile(rf"<!-- form {re.escape(form.name)} -->.*?<!-- /form -->", re.DOTALL)
    return marked.sub(lambda _: drawn, page, count=1).replace("<title>", "<title>Error: ", 1)
