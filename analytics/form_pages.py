"""A static page with its form drawn again: what was typed is kept, and what is wrong is said."""

from __future__ import annotations

import re

from flask import render_template
from markupsafe import escape

from analytics.service import Service
from policy.forms import Form


def redrawn(
    service: Service,
    form: Form,
    values: dict[str, str],
    errors: dict[str, str],
    ticked: dict[str, bool],
) -> str:
    """The HTML of the form's page. `errors` are keyed by field; "" is one of the whole form."""
    drawn = render_template(
        "blocks/form.html", form=form, values=values, errors=errors, ticked=ticked
    )
    page = service.pages.text(form.page)
    marked = re.compile(rf"<!-- form {re.escape(form.name)} -->.*?<!-- /form -->", re.DOTALL)
    page = marked.sub(lambda _: drawn, page, count=1)
    return page.replace("<title>", f"<title>{escape('Error: ')}", 1)
