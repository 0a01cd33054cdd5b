"""A static page with its form rendered again: what was typed is kept, and what is wrong is said."""

from __future__ import annotations

import re

from policy.sentences import sentence

__all__ = ["with_form"]


def with_form(page: str, form: str, rendered: str, *, failed: bool = True) -> str:
    """The HTML of `page` with `rendered` in the place of the form of that name.

    Where the form `failed`, the title says so.

    Raises `LookupError` when the page has no such form.
    """
    marked = re.compile(rf"<!-- form {re.escape(form)} -->.*?<!-- /form -->", re.DOTALL)
    page, found = marked.subn(lambda _: rendered, page, count=1)
    if not found:
        raise LookupError(f'the page has no form "{form}"')
    return page.replace("<title>", f"<title>{sentence('Error:')} ", 1) if failed else page
