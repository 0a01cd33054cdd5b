"""What the register allows, arranged for comparing: the only thing that findings are held to."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from audit.journeys.agreements import Agreements
from audit.languages import Languages
from policy import Register, Site
from policy.addresses import Address, addressed, slug
from policy.forms import EXTRAS, visitor_columns
from policy.origins import Location, Origin
from policy.register import Cookie, Storage
from policy.register_entries import Endpoint
from policy.sections import section_of
from policy.values import Counted


@dataclass(frozen=True)
class Declared:
    """A register with its lists by name, and what parts of values may name."""

    site: Site
    cookies: Mapping[str, Cookie]
    storages: Mapping[tuple[str, str], Storage]
    named: Counted

    @classmethod
    def of(cls, site: Site, pages: Collection[str]) -> Declared:
        """What `site` declares. `pages` are those that it has."""
        register = site.register
        known = set(pages) | _unlisted(site)
        return cls(
            site=site,
            cookies={cookie.cookie: cookie for cookie in register.cookies},
            storages={(storage.where, storage.key): storage for storage in register.storages},
            named={
                "page": known,
                "section": set(map(section_of, known)),
                "source": site.sources.names,
                "campaign": site.campaigns.names,
                "goals": site.goals.names,
                "funnels": site.goals.steps,
                "audience": set(site.audiences.names),
            },
        )

    def origin(self, *address: str) -> Origin | None:
        """Where the register has the entry at an address, or a key of it: `cookie`, `visit`,
        `lifetime`. None where it has no such entry."""
        steps = (*map(slug, address[:2]), *address[2:])
        for size in range(len(steps), 0, -1):
            if steps[:size] in self._locations:
                return self.site.origins.of((*self._locations[steps[:size]], *steps[size:]))
        return None

    def browser_origin(self, name: str) -> Origin | None:
        """Where the register has the cookie or storage key that browsers call so, if it has."""
        if name in self.cookies:
            return self.origin("cookie", self.cookies[name].name)
        keys = {storage.key: storage.name for storage in self.register.storages}
        return self.origin("storage", keys[name]) if name in keys else None

    @cached_property
    def languages(self) -> Languages:
        """What it says, as its pages in each language say it."""
        return Languages(self.site)

    @cached_property
    def _locations(self) -> Mapping[Address, Location]:
        return dict(addressed(self.register.model_dump(mode="json", by_alias=True)))

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the site's days begin."""
        return self.site.settings.zone

    @property
    def register(self) -> Register:
        """The register itself."""
        return self.site.register

    @cached_property
    def asked(self) -> frozenset[str]:
        """Addresses with something after a question mark that pages ask for, word by word."""
        return frozenset(each for one in self.register.exceptions for each in one.asks)

    @property
    def answering(self) -> frozenset[str]:
        """The purposes that any answer to the question allows."""
        return frozenset(storage.purpose for storage in self.register.storages)

    @property
    def accepting(self) -> frozenset[str]:
        """The purposes that a yes to the question allows."""
        return Agreements.of(self.register, self.site.forms).accepting

    def endpoint(self, method: str, path: str) -> Endpoint | None:
        """The endpoint that answers a request, in whichever language, if one does."""
        _, plain = self.site.settings.all_languages.in_service(path)
        found = (each for each in self.register.endpoints if each.answers(method, plain))
        return next(found, None)

    def purposes(self, endpoint: Endpoint) -> frozenset[str]:
        """What asking it is for: those of the register, and those of the forms that it takes."""
        forms = self.site.forms.items()
        taken = {form.purpose for name, form in forms if endpoint.answers("POST", f"/form/{name}")}
        return frozenset((*endpoint.purposes, *taken))

    @property
    def fields(self) -> frozenset[str]:
        """The names that a field of a form may have."""
        return frozenset((*visitor_columns(self.register), *EXTRAS))


def _unlisted(site: Site) -> set[str]:
    """Pages that no sitemap has to name."""
    return {page for form in site.forms.values() for page in (form.page, form.thanks)}
