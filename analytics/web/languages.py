"""The language in which the service answers: that of the page that asked, which its address says.

The forms of a Spanish page send to `/form/es/ask`, and the links in its emails lead to
`/own/es/TOKEN/`. Nothing else tells the language: no cookie, no field, no header of the request;
and it is kept nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, appcontext_pushed
from jinja2 import Environment

from analytics.web.static_files import Pages
from policy import Site, templates
from policy.languages import Languages
from policy.localized import in_language, speech_of
from policy.manifest import Build
from policy.sentences import speaking

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["Answering", "InLanguages", "LanguageFolders", "here"]


@dataclass(frozen=True, slots=True)
class Answering:
    """The site as the pages of one language have it, and its templates."""

    language: str
    site: Site
    jinja: Environment
    languages: Languages
    pages: Mapping[str, str]
    """Where pages of the default language stand in this one."""

    def render(self, template: str, **values: Any) -> str:
        """The text of a template."""
        return self.jinja.get_template(template).render(**values)

    def audience(self, name: str) -> Mapping[str, Any]:
        """What templates know of an audience; of the default one for ""."""
        audiences = self.site.audiences
        name = name or audiences.default
        return {
            "name": name,
            "label": audiences.label(name),
            "is_default": name == audiences.default,
            "sees": audiences.sees(name),
        }

    def page(self, address: str) -> str:
        """The page at an address of the default language, in this one, or itself."""
        return self.pages.get(address, address)

    def service(self, path: str) -> str:
        """An address of the service, in this language."""
        return self.languages.at_service(path, self.language)


_languages: ContextVar[InLanguages] = ContextVar("languages")
_language: ContextVar[str] = ContextVar("language", default="")


def here() -> Answering:
    """What answers the request that is at work now."""
    return _languages.get().answering(_language.get())


class InLanguages:
    """The site in each of its languages, made when it is first asked for, and for each build."""

    def __init__(self, app: Flask, site: Site, pages: Pages) -> None:
        self._app = app
        self._site = site
        self._pages = pages
        self._known: dict[str, tuple[Build, Answering]] = {}
        # Whoever answers for this application finds it, in each of its threads. The signal is of
        # the whole process and does not hold it: it is there for as long as somebody else does.
        appcontext_pushed.connect(self._begin, app)

    def _begin(self, _app: Flask) -> None:
        _languages.set(self)

    def answering(self, language: str) -> Answering:
        """The site in the language of that tag; "" for the default one."""
        language = language or self._site.settings.language
        build = self._pages.build
        known = self._known.get(language)
        if known is None or known[0] is not build:
            known = self._known[language] = build, self._made(language, build)
        return known[1]

    def _made(self, language: str, build: Build) -> Answering:
        settings = self._site.settings
        pages = {}
        if language != settings.language:
            pages = {
                address: page.translations[language]
                for address, page in build.pages.items()
                if language in page.translations
            }
        site = in_language(self._site, language, lambda address: pages.get(address, address))
        jinja = self._app.jinja_env.overlay()
        made = Answering(language, site, jinja, settings.all_languages, pages)
        jinja.globals = {
            **self._app.jinja_env.globals,
            **templates.shared_values(site),
            "translated": made.page,
            "service": made.service,
        }
        return made


class LanguageFolders:
    """WSGI middleware: `/form/es/ask` is `/form/ask`, answered in Spanish."""

    def __init__(self, app: WSGIApplication, site: Site) -> None:
        self._app = app
        self._site = site
        self._all = site.settings.all_languages

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        language, environ["PATH_INFO"] = self._all.in_service(environ["PATH_INFO"])
        token = _language.set(language)
        try:
            with speaking(speech_of(self._site, language)):
                return self._app(environ, start_response)
        finally:
            _language.reset(token)
