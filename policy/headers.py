"""The security headers of every answer, derived from the register."""

from __future__ import annotations

from policy.register import Register
from policy.register_entries import BROWSER_FEATURES

_ALLOWED = {"WebAssembly": "'wasm-unsafe-eval'"}
"""What an exception for a page allows, as a source of scripts in the policy (CSP level 3)."""


def content_security_policy(register: Register, path: str = "") -> str:
    """The policy: our own origin, and the origins of declared recipients (P6: there are none).

    An exception that the register declares for the page at `path` is in it.
    """
    there = [each for each in register.exceptions if each.covers(path)]
    allowed = sorted({_ALLOWED[what] for each in there for what in each.allows})
    scripts = " ".join(["'self'", *allowed])
    connect = " ".join(["'self'", *(recipient.origin for recipient in register.recipients)])
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "media-src 'self'",
            f"connect-src {connect}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def permissions_policy(register: Register) -> str:
    """The features that are declared, for our own pages; every other one is denied."""
    used = {feature.name for feature in register.browser_features}
    return ", ".join(f"{name}=({'self' if name in used else ''})" for name in BROWSER_FEATURES)


def security_headers(register: Register, *, tls: bool, path: str = "") -> dict[str, str]:
    """Header names and values of the answer at an address. HSTS (RFC 6797) is only for answers
    that went over TLS."""
    headers = {
        "Content-Security-Policy": content_security_policy(register, path),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": permissions_policy(register),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if tls:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers
