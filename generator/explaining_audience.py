"""What of a page is for one audience: which of its blocks, what `site/audiences.toml` puts first,
and what is published of it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.content.blocks import names
from generator.content.library import written
from generator.content.pages import Page
from generator.explaining import Part
from generator.graph.state import State
from policy.audiences import Sees
from policy.manifest import Build
from policy.site import AUDIENCES

__all__ = ["explained_for"]


def explained_for(state: State, page: Page, audience: str, build: Build | None) -> Iterator[Part]:
    """All that an audience sees otherwise than everybody does. `audience` is one of the site's."""
    made = state.made.get(page.url)
    asks = made is not None and ("site", "audiences") in made.reads
    label = state.site.audiences.label(audience)
    yield Part(f"{page.url} for {audience} ({label})", tuple(_blocks(state, page, audience)))
    if asks and (first := tuple(_first(state, audience))):
        yield Part("what its templates may ask for", first)
    if build:
        yield Part("published as", (_published(build, page, audience),))


def _blocks(state: State, page: Page, audience: str) -> Iterator[str]:
    if not page.path.endswith(".md"):
        yield "its text has no blocks"
        return
    blocks = written(state.site, page)[1].for_audiences
    page.forget_text()
    for block in blocks:
        place = f"{page.path}:{block.opening.line + 1}"
        if audience in names(block.opening.argument):
            yield f"the block for {block.opening.argument} is shown  {place}"
        elif block.otherwise is not None:
            yield f"what stands otherwise is shown  {page.path}:{block.otherwise + 1}"
        else:
            yield f"the block for {block.opening.argument} is left out  {place}"
    if not blocks:
        yield "its text has no blocks for audiences"


def _first(state: State, audience: str) -> Iterator[str]:
    """Each value that the audience has of its own, with its place."""
    sees = state.site.audiences.sees(audience)
    index = [each.name for each in state.site.audiences.audiences].index(audience)
    for key in Sees.model_fields:
        value = getattr(sees, key)
        if value:
            line = state.site.line(AUDIENCES, "audience", index, "sees", key)
            yield f"{key}  {_shown(value)}  {AUDIENCES}:{line}"


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, str):
        return value
    return f"{getattr(value, 'label', '')} ({getattr(value, 'page', '')})"


def _published(build: Build, page: Page, audience: str) -> str:
    variant = build.variants.get(page.url, {}).get(audience)
    if variant is not None:
        return f"public/{variant.path}: {variant.plain.size:,} bytes"
    return "the page that everybody sees" if page.url in build.files else "nothing yet"
