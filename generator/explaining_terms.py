"""What is known of the pages that have no file: those of terms, and where a long list goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.content.derived import Derived
from generator.content.lists import term_feed
from generator.content.pages import Page
from generator.content.terms import Classified, Term, same_term
from generator.graph.state import State
from policy.taxonomies import FILE, DeclaredTerm, Taxonomy

__all__ = ["about_made", "naming", "shown_terms", "title_place"]


def about_made(state: State, page: Page) -> Iterator[str]:
    """What a page is made of that has no file, and why it stands where it does."""
    classified = _classified(state)
    if isinstance(page, Derived) and page.number > 1:
        yield f"page {page.number} of the list at {page.of}"
    elif term := classified.terms.get(page.url):
        index, taxonomy = _taxonomy(state, term.taxonomy)
        place = f"{FILE}:{state.site.line(FILE, 'taxonomy', index, 'name')}"
        yield f'a term of "{taxonomy.name}", by {place}'
        number, declared = _declared(taxonomy, state, term)
        if declared and declared.slug:
            line = state.site.line(FILE, "taxonomy", index, "term", number, "slug")
            yield f"its address ends with its slug, by {FILE}:{line}"
        else:
            yield f"its address is made of the term, below {taxonomy.home}"
    elif listed := classified.lists.get(page.url):
        index, _ = _taxonomy(state, listed.taxonomy)
        line = state.site.line(FILE, "taxonomy", index, "name")
        yield f'the list of the terms of "{listed.taxonomy}", by {FILE}:{line}'
    else:
        yield f"made of {page.path}"


def title_place(state: State, page: Page) -> str:
    """Where the title of such a page is written."""
    term = _term(state, page)
    if term is None:
        return page.path
    index, taxonomy = _taxonomy(state, term.taxonomy)
    number, declared = _declared(taxonomy, state, term)
    if declared:
        return f"{FILE}:{state.site.line(FILE, 'taxonomy', index, 'term', number, 'name')}"
    return next(iter(naming(state, page)), page.path).partition(" ")[0]


def naming(state: State, page: Page) -> Iterator[str]:
    """Where the pages that have a term name it, the newest first, and how; nothing for others."""
    classified, term = _classified(state), _term(state, page)
    if term is None:
        return
    key = term.taxonomy
    for by in (state.content.pages[url] for url in term.urls):
        names = {
            name: None
            for name in by.extra.get(key, ())
            if classified.by_name.get((key, by.language, same_term(name))) == term.url
        }
        yield f"{by.path}:{by.lines.get(key, 1)} as {_quoted(names)}"


def shown_terms(state: State, page: Page) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Headings and lines: the pages of a term and its feed, or the terms of a list."""
    classified = _classified(state)
    if term := classified.terms.get(page.url):
        lines = list(naming(state, page))
        _, taxonomy = _taxonomy(state, term.taxonomy)
        if taxonomy.feed:
            lines.append(f"followed at {term_feed(page.url)}")
        yield "pages of the term", tuple(lines) or ("none",)
    if listed := classified.lists.get(page.url):
        terms = (classified.terms[url] for url in listed.urls)
        found = tuple(f"{each.title}: {len(each.urls)}, {each.url}" for each in terms)
        yield "terms", found or ("none",)


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{each}"' for each in names)


def _term(state: State, page: Page) -> Term | None:
    """The term that a page is of, also where it is a later one of its list."""
    url = page.of if isinstance(page, Derived) and page.number > 1 else page.url
    return _classified(state).terms.get(url)


def _classified(state: State) -> Classified:
    return state.content.classified or Classified()


def _taxonomy(state: State, name: str) -> tuple[int, Taxonomy]:
    found = enumerate(state.site.taxonomies.taxonomies)
    return next(each for each in found if each[1].name == name)


def _declared(taxonomy: Taxonomy, state: State, term: Term) -> tuple[int, DeclaredTerm | None]:
    """The place and the declaration of a term; None where it is not declared."""
    classified = _classified(state)
    for number, each in enumerate(taxonomy.terms):
        name = (taxonomy.name, term.language, same_term(each.name))
        if classified.by_name.get(name) == term.url:
            return number, each
    return 0, None
