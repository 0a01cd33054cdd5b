"""What the site declares: settings, menus, forms, audiences, and above all the register.

Both the generator and the service read the site through this package, so there is one list per
fact. `analytics.web.cookies` is the only code that can set a cookie.
"""

from policy.faults import Fault, Faults, nearest
from policy.register import Register
from policy.site import Site, read_site
from policy.toml_source import read_toml

__all__ = ["Fault", "Faults", "Register", "Site", "nearest", "read_site", "read_toml"]
