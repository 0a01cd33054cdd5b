"""The answers that a visitor gives to what asks for consent, whatever its layers are."""

from __future__ import annotations

from audit.any_site import banner as banners
from audit.any_site.visit import Visit
from audit.banners import Banner
from audit.browsers.errors import NotGiven

__all__ = ["accept", "reject", "take_back"]

ALLOWED_BY_NO, ALLOWED_BY_YES = frozenset({"choice"}), frozenset({"choice", "consent"})
"""What an answer allows: what waits for any answer, and what waits for a yes."""

SLOW_SECONDS = 8.0
"""How long a busy machine may take to open what was pressed for."""


async def accept(visit: Visit) -> None:
    """Say yes to the banner that is there. Raises NotGiven."""
    clicks = await _answer(visit, "accept", ALLOWED_BY_YES)
    await visit.keep("accept", picture=True, clicks=clicks)


async def reject(visit: Visit) -> None:
    """Say no: at once where that can be done, else by the settings. Raises NotGiven."""
    clicks = await _answer(visit, "reject", ALLOWED_BY_NO)
    await visit.keep("reject", picture=True, clicks=clicks)


async def take_back(visit: Visit) -> None:
    """Take the yes back, by the way that the page shows for it. Raises NotGiven."""
    banner = visit.banner = await banners.look(visit.tab, visit.consent)
    way = (banner.find("withdraw") or banner.find("settings")) if banner else None
    if banner is None or way is None:
        raise NotGiven("there is no way to withdraw on the page")
    await visit.pause()
    await banners.press(visit.tab, banner, way)
    visit.banner = await banners.found(
        visit.tab, visit.consent, seconds=SLOW_SECONDS, expected=True
    )
    clicks = await _answer(visit, "reject", ALLOWED_BY_NO, clicks=1)
    await visit.keep("withdraw", picture=True, clicks=clicks)


async def _answer(visit: Visit, wanted: str, allowed: frozenset[str], clicks: int = 0) -> int:
    """How many clicks it took, with those made before. It stands from the last one on."""
    for _ in range(3):
        banner = visit.banner
        if banner is None or not banner.asks:
            raise NotGiven(f"there is no way to {wanted}: nothing asks")
        control = banner.find(wanted)
        if control is None and (wanted == "accept" or clicks):
            control = banner.find("save")
            if control and wanted == "reject":
                await banners.untick(visit.tab, banner)
                clicks += len(banner.ticked)
        if control:
            visit.agreed = allowed
            await visit.pause()
            await banners.press(visit.tab, banner, control)
            return clicks + 1
        clicks += await _open_settings(visit, banner, wanted)
    raise NotGiven(f"there is no way to {wanted} within three steps")


async def _open_settings(visit: Visit, banner: Banner, wanted: str) -> int:
    control = banner.find("settings")
    if control is None:
        raise NotGiven(f"there is no way to {wanted}, and no settings to do it in")
    await visit.pause()
    await banners.press(visit.tab, banner, control)
    visit.banner = await banners.found(
        visit.tab, visit.consent, seconds=SLOW_SECONDS, expected=True
    )
    await visit.keep("open the settings", picture=True, expected=True)
    return 1
