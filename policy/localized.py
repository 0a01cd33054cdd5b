"""A site as its pages in one language have it: its names, menus and forms are in that language, and
lead to pages in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from policy.declared_texts import translated
from policy.languages import Language
from policy.navigation import Item, Navigation, changed
from policy.sentences import Speech
from policy.settings import Settings
from policy.site import Site

__all__ = ["Counterpart", "in_language", "speech_of"]

Counterpart = Callable[[str], str]
"""The address of a page in the language by that in the default one; the same, if there is none."""


def in_language(site: Site, language: str, counterpart: Counterpart) -> Site:
    """The site in the language of that tag; itself, for the default one without a catalogue."""
    is_default = language == site.settings.language
    catalogue = site.catalogues.get(language)
    if catalogue:
        say = catalogue.sentences.gettext
        site = replace(
            site,
            register=translated(site.register, say),
            navigation=translated(site.navigation, say),
            audiences=translated(site.audiences, say),
            forms={name: translated(form, say) for name, form in site.forms.items()},
        )
    if is_default:
        return site
    return replace(
        site,
        settings=_settings(site.settings, language, counterpart),
        navigation=_navigation(site.navigation, counterpart),
        forms={
            name: form.model_copy(
                update={"page": counterpart(form.page), "thanks": counterpart(form.thanks)}
            )
            for name, form in site.forms.items()
        },
    )


def speech_of(site: Site, language: str) -> Speech:
    """In which language all is said on pages of that tag."""
    languages = site.settings.all_languages
    return Speech(site.catalogues.get(language), languages.locale(language))


def _settings(settings: Settings, language: str, counterpart: Counterpart) -> Settings:
    said = settings.languages.get(language, Language())
    feed = f"/{settings.feed}/"
    return settings.model_copy(
        update={
            "language": language,
            "name": said.name or settings.name,
            "description": said.description or settings.description,
            # Without the section in this language, there is no feed in it.
            "feed": found.strip("/") if (found := counterpart(feed)) != feed else "",
        }
    )


def _navigation(menus: Navigation, counterpart: Counterpart) -> Navigation:
    def item(each: Item) -> Item:
        led = counterpart(each.address) + each.page.removeprefix(each.address)
        return each.model_copy(update={"page": led})

    return changed(menus, item)
