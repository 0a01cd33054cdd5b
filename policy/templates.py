"""How Jinja reads a site's templates, for whoever renders them: the generator and the service.

One template may be rendered by both, a form for one, and must then mean the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import StrictUndefined, select_autoescape

from policy.site import Site

__all__ = ["options", "shared_values"]


def options() -> dict[str, Any]:
    """Those of `jinja2.Environment`, but for where the templates are."""
    return {
        # All but the text of an email, which is no HTML.
        "autoescape": select_autoescape(disabled_extensions=("txt",), default=True),
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
    }


def shared_values(site: Site, asset: Callable[[str], str]) -> Mapping[str, Any]:
    """What every template may use. `asset` gives the address of an asset by its name."""
    return {
        "site": site.settings,
        "navigation": site.navigation,
        "register": site.register,
        "versions": site.versions,
        "audit": site.audit,
        "forms": site.forms,
        "audiences": site.audiences,
        "asset": asset,
    }
