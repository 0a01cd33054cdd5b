"""What the site declares: settings, menus, forms, audiences, and above all the register.

Both the generator and the service read the site through this package, so there is one list per
fact. `analytics.web.cookies` is the only code that can set a cookie.

What is heavy is imported when it is first asked for: most builds read no declaration again.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from policy.faults import Fault, Faults, nearest

if TYPE_CHECKING:
    from policy.reading import read_site
    from policy.register import Register
    from policy.site import Site
    from policy.toml_source import read_toml

__all__ = ["Fault", "Faults", "Register", "Site", "nearest", "read_site", "read_toml"]

_LATER = {
    "Register": "policy.register",
    "Site": "policy.site",
    "read_site": "policy.reading",
    "read_toml": "policy.toml_source",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_LATER[name]), name)
