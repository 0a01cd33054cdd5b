"""What is published of pages, style sheets and scripts where a site asks for it: in fewer bytes,
and with the digests by which a browser refuses what is not ours.

minify-html does all three kinds by parsing them (styles by Lightning CSS, scripts by Oxc). What it
cannot read stays as it is, and a warning says so; so does, without one, what has "</" or "<!--".
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping

from policy.settings import OutputSettings

__all__ = ["finisher", "integrity_of", "is_misread", "minified_asset"]

_LOADED = re.compile(r'(<(?:script|link)\b[^>]*?\b(?:src|href)=")(/assets/[^"]+)"')
_REMARK = "/* ? */"
_ENDS = {".css": f"\n{_REMARK}", ".js": f"\n{_REMARK};"}
"""A remark that stays only where nothing was read; in a script, the last remark would stay."""

_WRAPS = {".css": ("<style>", "</style>"), ".js": ("<script>", "</script>")}


def finisher(output: OutputSettings, integrity: Mapping[str, str]) -> Callable[[str], str] | None:
    """What makes of a page's HTML what is published; None where that is the same."""
    if not ("html" in output.minify or output.integrity):
        return None

    def finished(html: str) -> str:
        if output.integrity:
            html = _LOADED.sub(with_digest, html)
        return _minified(html) if "html" in output.minify else html

    def with_digest(found: re.Match[str]) -> str:
        digest = integrity.get(found[2])
        return f'{found[0]} integrity="{digest}"' if digest else found[0]

    return finished


def integrity_of(address: str, data: bytes) -> str:
    """The digest of a style sheet or a script, as the attribute `integrity` has it (W3C SRI);
    "" for what browsers do not compare."""
    if not address.endswith((".css", ".js")):
        return ""
    return f"sha384-{base64.b64encode(hashlib.sha384(data).digest()).decode()}"


def minified_asset(name: str, data: bytes) -> bytes:
    """A style sheet or a script in fewer bytes; anything else as it is."""
    made = _as_minified(name, data)
    return data if made is None else made.encode("utf-8")


def is_misread(name: str, data: bytes) -> bool:
    """Whether that is a style sheet or a script with a mistake, so that it cannot be made less."""
    # What is published is made without the remark: a licence that ends a script would go with it.
    end = _ENDS.get(name[name.rfind(".") :], "")
    made = _as_minified(name, data + end.encode())
    return made is not None and made.endswith(end)


def _as_minified(name: str, data: bytes) -> str | None:
    """None where it is not tried."""
    wrap = _WRAPS.get(name[name.rfind(".") :])
    if wrap is None:
        return None
    # Most sites need none of it.
    import minify_html  # noqa: PLC0415  (as said)

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    before, after = wrap
    if "</" in text or "<!--" in text:  # It would end where it stands in a page.
        return None
    made: str = minify_html.minify(f"{before}{text}{after}", minify_css=True, minify_js=True)
    if not (made.startswith(before) and made.endswith(after)):
        return None
    return made.removeprefix(before).removesuffix(after)


def _minified(html: str) -> str:
    """The page with its comments, by which the service finds forms, and with every tag that a
    validator asks for."""
    import minify_html  # noqa: PLC0415  (as above)

    made: str = minify_html.minify(
        html, keep_closing_tags=True, keep_html_and_head_opening_tags=True, keep_comments=True
    )
    return made
