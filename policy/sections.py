"""The section of a page: the first folder of its address. The visit cookie may name it instead of
the page, on a site with more pages than a cookie should tell apart."""

from __future__ import annotations

__all__ = ["section_of"]


def section_of(page: str) -> str:
    """`/solutions/` of `/solutions/attendance/`. The home page is a section by itself."""
    first = page.split("/")[1]
    return f"/{first}/" if first else "/"
