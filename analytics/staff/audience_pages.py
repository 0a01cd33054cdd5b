"""Each page as each audience sees it, side by side: for whoever writes them."""

from flask import Response, abort, request
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from analytics.staff.context import current_context
from analytics.staff.layout import show
from policy.manifest import Build


def audiences_page() -> Response:
    """A page, named by `page` in the address, as everybody and as each audience sees it.

    Whoever is signed in may look: it is what visitors are shown.
    """
    context = current_context()
    if not context.register.has("audiences"):
        abort(404)
    build, audiences = context.pages.build, context.site.audiences
    pages = sorted(url for url in build.variants if url in build.files)
    chosen = request.args.get("page") or next(iter(pages), "")
    if chosen not in pages:
        abort(404)
    seen = [
        (audiences.label(name), name == audiences.default or _has_own(build, chosen, name),
         _shown(context.pages.text(chosen, "" if name == audiences.default else name)))
        for name in (audiences.default, *audiences.names)
    ]  # fmt: skip
    return show("audiences.html", pages=pages, chosen=chosen, seen=seen)


def _has_own(build: Build, page: str, audience: str) -> bool:
    return build.is_for(page, audience)


def _shown(html: str) -> Markup:
    """What stands between the header and the foot of a page, without what runs."""
    main = LexborHTMLParser(html).css_first("main")
    if main is None:
        return Markup()
    for each in main.css("script"):
        each.decompose()
    return Markup(main.html)  # noqa: S704  (the site's own page)
