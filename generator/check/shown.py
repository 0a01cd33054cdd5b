"""Whether pages show what the features that are on need, so that visitors can reach them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import groupby
from string import Template

import tomli_w

from generator.assets import Assets
from generator.content.library import Content
from generator.graph.all_made import AllMade
from generator.graph.state import Made
from policy import Fault, Site
from policy.features import Feature, Shown, read_features
from policy.site import AUDIENCES
from policy.site_files import is_file
from policy.sum import REGISTER

__all__ = ["shown_warnings"]

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def shown_warnings(site: Site, content: Content, made: AllMade, assets: Assets) -> Iterator[Fault]:
    """A warning for each thing that a feature is on for in vain."""
    features = read_features()
    for at, name in enumerate(site.register.features):
        lacking = [
            each
            for each in features[name].shown
            if not _is_shown(each, features[name], site, content, made, assets)
        ]
        for (so, mend, is_there), found in groupby(lacking, _consequence):
            what = [each.lacking for each in found]
            said = f"there is no {what[0]}" if is_there else f"no page {_either(what)}"
            line = site.line(REGISTER, "features", at)
            hint = Template(mend.strip()).substitute(_named(site)) if "$" in mend else mend
            yield Fault(REGISTER, line, f'"{name}" is on, but {said}: {so}', hint)


def _consequence(each: Shown) -> tuple[str, str, bool]:
    return each.so, each.mend, bool(each.template or each.declared or each.style)


def _named(site: Site) -> Mapping[str, str]:
    """What stands in a mend for what the site has, or for what it may have: a `form`, and a `field`
    with one `answer` that it offers; the lines of its `label`, and of the `default` role where no
    file has one."""
    # Those with the box first: of their answers a role is made.
    forms = sorted(site.forms.values(), key=lambda form: form.recognize is None)
    field = next((field for form in forms for field in form.fields if field.options), None)
    option = field.options[0] if field else None
    default = {} if is_file(site.root, AUDIENCES) else {"default": site.audiences.default}
    return {
        "form": forms[0].name if forms else "its-name",
        "field": field.name if field else "role",
        "answer": option.value if option else "teacher",
        "label": tomli_w.dumps({"label": option.label if option else "Teachers"}).strip(),
        "default": tomli_w.dumps(default),
    }


def _either(what: list[str]) -> str:
    return " or ".join(filter(None, (", ".join(what[:-1]), what[-1])))


def _is_shown(  # noqa: PLR0913, PLR0917  (all that is looked at)
    each: Shown,
    feature: Feature,
    site: Site,
    content: Content,
    made: AllMade,
    assets: Assets,
) -> bool:
    if each.template:
        return is_file(site.root, f"templates/{each.template}")
    if each.declared:
        return bool(site.audiences.audiences)
    if each.style:
        return _is_styled(each, feature, content, made, assets)
    if each.layout:
        return any(page.layout == each.layout for page in content.pages.values())
    needle = each.attribute or each.action or assets.urls[each.script]
    # A feature's own pages may have it for another reason, as the page of choices has the buttons.
    return any(
        content.pages[url].layout not in feature.layouts and _has(made[url], each, needle)
        for url in made.naming(needle)
    )


def _is_styled(
    each: Shown, feature: Feature, content: Content, made: AllMade, assets: Assets
) -> bool:
    """Whether a style sheet with the rules is loaded by all that they are for."""
    urls = set(made.naming(each.styled))
    if not urls:
        return True
    sheets = {
        url: _COMMENT.sub("", data.decode("utf-8", "replace"))
        for url, data in assets.files.items()
        if url.endswith(".css")
    }
    wanted = [each.style]
    for needle in wanted:  # Which grows by the sheets that have it, for those that import them.
        wanted += [url for url, css in sheets.items() if needle in css and url not in wanted]
    for url in wanted[1:]:
        urls.difference_update(made.naming(url))
    return not any(
        content.pages[url].layout not in feature.layouts
        and any(each.styled in summary.shows for summary in made[url].summaries.values())
        for url in urls
    )


def _has(made: Made, each: Shown, needle: str) -> bool:
    """Whether a page that has those letters has them as the thing that is looked for."""
    for summary in made.summaries.values():
        if each.attribute and needle in summary.shows:
            return True
        if each.script and needle in summary.loads:
            return True
        if each.action and any(address.startswith(needle) for address in summary.loads):
            return True
    return False
