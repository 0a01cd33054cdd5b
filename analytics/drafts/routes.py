"""/unpublished/: one page that is not public, for those who were given a link to it."""

from collections.abc import Callable

from flask import Blueprint, Response, abort

from policy.draft_links import ADDRESS, DraftLinks

__all__ = ["blueprint"]


def blueprint(links: DraftLinks, clock: Callable[[], float]) -> Blueprint:
    """The address of the feature. A link that is not good any more is answered as an address that
    never was: who guesses learns nothing."""
    made = Blueprint("drafts", __name__)

    @made.get(f"{ADDRESS}<link>/", defaults={"address": ""})
    @made.get(f"{ADDRESS}<link>/<path:address>")
    def shown(link: str, address: str) -> Response:
        """The page, or a file that it loads. No cookie is read or set."""
        known = links.asked(link, clock())
        file = known.files.get(address) if known else None
        if known is None or file is None:
            abort(404)
        try:
            data = links.file(known, file)
        except OSError:
            abort(404)  # It was revoked just now.
        response = Response(data, content_type=file.type)
        # It is nobody's but who has the link; no copy outlives it.
        response.headers["Cache-Control"] = "no-store"
        return response

    return made
