"""The security headers of every answer, derived from the register."""

from __future__ import annotations

from policy.register import Register

_UNUSED = (
    "accelerometer",
    "autoplay",
    "camera",
    "clipboard-read",
    "clipboard-write",
    "display-capture",
    "encrypted-media",
    "fullscreen",
    "gamepad",
    "geolocation",
    "gyroscope",
    "hid",
    "idle-detection",
    "local-fonts",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "picture-in-picture",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "storage-access",
    "usb",
    "window-management",
    "xr-spatial-tracking",
)
"""Browser features that no page uses, so that none can be used by something slipped in."""


def content_security_policy(register: Register) -> str:
    """The policy: our own origin, and the origins of declared recipients (P6: there are none)."""
    connect = " ".join(["'self'", *(recipient.origin for recipient in register.recipients)])
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            f"connect-src {connect}",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def security_headers(register: Register, *, tls: bool) -> dict[str, str]:
    """Header names and values. HSTS (RFC 6797) is only for answers that went over TLS."""
    headers = {
        "Content-Security-Policy": content_security_policy(register),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": ", ".join(f"{feature}=()" for feature in _UNUSED),
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
    if tls:
        headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
    return headers
