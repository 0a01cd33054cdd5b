"""Keys that pages have in Hugo, Zola and Jekyll, and what stands for each here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

__all__ = ["hint_for"]

_INSTEAD: Mapping[str, str] = {
    "publishdate": 'write "publish"',
    "pubdate": 'write "publish"',
    "expirydate": 'write "expire"',
    "unpublishdate": 'write "expire"',
    "lastmod": 'write "updated"',
    "last_modified_at": 'write "updated"',
    "modified": 'write "updated"',
    "weight": 'write "order"',
    "nav_order": 'write "order"',
    "published": 'write "draft: true" for a page that is not published, and nothing for others',
    "template": 'write "layout", with the name of a file in templates/ without .html',
    "type": 'write "layout", with the name of a file in templates/ without .html',
    "redirect_from": 'write "aliases", as a list',
    "alias": 'write "aliases", as a list',
    "slug": "rename the file: its name is its address, and the old one goes into aliases",
    "url": "rename the file: its name is its address, and the old one goes into aliases",
    "path": "rename the file: its name is its address, and the old one goes into aliases",
    "permalink": "rename the file: its name is its address, and the old one goes into aliases",
    "guid": 'write "feed_id", if feed readers know the page by it',
    "id": 'write "feed_id", if feed readers know the page by it',
    "excerpt": 'write "summary"',
    "linktitle": 'write the words in site/navigation.toml, and "title" for the page',
    "menu": "menus are in site/navigation.toml",
    "menus": "menus are in site/navigation.toml",
    "extra": "keys of your own stand beside the others; site/sections.toml declares them",
    "params": "keys of your own stand beside the others; site/sections.toml declares them",
    "taxonomies": "each taxonomy is a key of its own beside the others, as tags = [...]; "
    "site/taxonomies.toml declares it",
    "tags": "declare the taxonomy in site/taxonomies.toml: [[taxonomy]] with name and label",
    "categories": "declare the taxonomy in site/taxonomies.toml: [[taxonomy]] with name and label",
    "authors": "declare the taxonomy in site/taxonomies.toml: [[taxonomy]] with name and label",
    "cascade": "what holds for a whole section is declared in site/sections.toml",
    "sort_by": 'write "sort" for the section in site/sections.toml',
    "paginate_by": 'write "page_size" for the section in site/sections.toml',
}


def hint_for(key: str, known: Collection[str]) -> str:
    """What to write in the place of a key that another generator has; "" for any other, and where
    the site has a key that is nearly the same."""
    return "" if key.lower() in known else _INSTEAD.get(key.lower(), "")
