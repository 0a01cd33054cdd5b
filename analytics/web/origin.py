"""Whether a request came from a page of this site. Everything that changes something asks here.

Two headers say so, and neither can be written by a script: `Sec-Fetch-Site` (W3C Fetch Metadata)
and `Origin` (Fetch standard, section 3.2). Where they speak against each other, the request is not
ours. `Origin: null` says nothing: browsers send it from our own pages too, where something hides
the referrer.
"""

from __future__ import annotations

from flask import Request

__all__ = ["is_from_our_forms", "is_from_our_pages", "may_read_own"]

NO_ORIGIN = "null"


def is_from_our_pages(request: Request) -> bool:
    """Whether a script of one of our pages sent a POST.

    The scheme of the origin may differ from that of the request, since TLS may end before us.
    """
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin" and (origin in (None, NO_ORIGIN) or _is_ours(request, origin))
    return origin is not None and _is_ours(request, origin)


def is_from_our_forms(request: Request) -> bool:
    """Whether a form of one of our pages was posted. Old browsers tell it by the referrer alone."""
    if "Origin" in request.headers or "Sec-Fetch-Site" in request.headers:
        return is_from_our_pages(request)
    ours = (f"https://{request.host}/", f"http://{request.host}/")
    return request.headers.get("Referer", "").startswith(ours)


def may_read_own(request: Request) -> bool:
    """Whether a GET for what is this visitor's own came from our pages.

    Old browsers do not say; other sites cannot read the answer in any.
    """
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"


def _is_ours(request: Request, origin: str | None) -> bool:
    return origin in (f"https://{request.host}", f"http://{request.host}")
