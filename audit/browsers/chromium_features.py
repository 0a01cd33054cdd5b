"""What Chromium does without: processes that it would have ready for each profile's next page, and
what Playwright turns off. Of two such arguments Chromium heeds the last alone."""

from __future__ import annotations

__all__ = ["PLAYWRIGHTS", "without"]

READY = ("SpareRendererForSitePerProcess", "WebUIOmniboxPopup", "WebUIOmniboxAimPopup")
"""For what comes next in a window: half the work of a profile, and no journey uses any of it."""

PLAYWRIGHTS = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "TcpPortRandomizationWin",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "msForceBrowserSignIn",
    "msEdgeUpdateLaunchServicesPreferredVersion",
)
"""Those of the Playwright that is locked (chromiumSwitches.ts): a test holds them to it."""


def without(*features: str) -> str:
    """The argument that turns features off, and what is ready for nobody."""
    return f"--disable-features={','.join((*features, *READY))}"
