"""How much of a site of Hugo or Jekyll comes over.

    python bench/importing.py hugo|jekyll PATH [--hugo BINARY] [--examples N]

Which pages pass a check, and which show the same words as Hugo shows, or as the Markdown of a
Jekyll page says. A page counts as the same where the words of its text are, one by one: quotation
marks, dashes and blanks aside, words for pictures included. Hugo renders with the site's own
shortcodes and a layout that shows the text alone; a shortcode of a theme that is not there shows
what stands in it. For Jekyll comrak reads the source, or Python-Markdown where HTML has Markdown in
it; pages with Liquid are compared after our own reading of it, and counted apart.
"""

from __future__ import annotations

import argparse
import difflib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

import markdown
from comrak import ExtensionOptions, RenderOptions, render_markdown
from selectolax.lexbor import LexborHTMLParser

sys.path.insert(0, str(Path(__file__).parents[1]))

import generator
from generator.building import PictureWork
from generator.moving.by_hand import ByHand
from generator.moving.command import READERS
from generator.moving.hugo import read_hugo
from generator.moving.hugo_config import NAMES as HUGO_NAMES
from generator.moving.old_site import OldSite
from generator.moving.site import move
from generator.moving.source import Source, read_data

ALIKE = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "..."})
BLOCKS = re.compile(
    r"</?(?:p|li|ul|ol|dl|dt|dd|div|pre|t[drh]|table|figure|figcaption|summary|details|section"
    r"|h[1-6]|br|blockquote|aside|hr)\b[^<>]*>"
)
LAYOUT = "<!doctype html><title>x</title><main>{{ .Content }}</main>\n"
GITHUB = ExtensionOptions()
for _name in ("autolink", "description_lists", "footnotes", "strikethrough", "table", "tasklist"):
    setattr(GITHUB, _name, True)
AS_WRITTEN = RenderOptions()
AS_WRITTEN.unsafe_ = True
BUILT_IN = {"figure", "ref", "relref", "highlight", "param", "details", "youtube", "vimeo", "x"}
BUILT_IN |= {"instagram", "gist", "qr", "tweet", "x_simple", "vimeo_simple"}
UNKNOWN = "nothing was told"
KINDS = ("taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404")


def words(html: str) -> list[str]:
    """The words that a reader sees in `<main>`, or in all of it."""
    # Two blocks are two lines, whatever stands between their tags.
    tree = LexborHTMLParser(BLOCKS.sub(r" \g<0> ", html))
    root = tree.css_first("main") or tree.body
    if root is None:
        return []
    for each in root.css("script, style, template"):
        each.decompose()
    for each in root.css("img"):
        each.replace_with(f" {each.attributes.get('alt') or ''} ")
    text = root.text(separator="", strip=False)
    text = text.translate(ALIKE)
    return re.sub(r"-{2,3}", "-", text).replace("-", " - ").split()


def of_ours(public: Path, address: str) -> list[str] | None:
    """The words of a page's own text in the new site."""
    path = public / (
        address.strip("/") if address.endswith(".html") else f"{address}index.html".strip("/")
    )
    if not path.is_file():
        return None
    tree = LexborHTMLParser(path.read_text(encoding="utf-8"))
    main = tree.css_first("main")
    if main is None:
        return None
    for each in main.css("h1, main > p.summary, main > p.facts, nav.turn, ul.list, .terms"):
        each.decompose()
    return words(main.html or "")


def by_hugo(root: Path, binary: str, folder: Path) -> Path:
    """Where Hugo put the pages, with their texts alone."""
    site = folder / "hugo"
    shutil.copytree(root, site, symlinks=True)
    layouts = site / "layouts"
    for path in layouts.glob("*.html"):
        path.unlink()
    for name in ("_default", ""):
        if (layouts / name).is_dir():
            for kind in ("single", "list", "home", "baseof"):
                (layouts / name / f"{kind}.html").unlink(missing_ok=True)
    layouts.mkdir(exist_ok=True)
    for kind in ("single", "list", "home"):
        (layouts / f"{kind}.html").write_text(LAYOUT)
    (layouts / "_default").mkdir(exist_ok=True)
    for kind in ("single", "list"):
        (layouts / "_default" / f"{kind}.html").write_text(LAYOUT)
    (layouts / "index.html").write_text(LAYOUT)
    stand_in(site)
    configure(site)
    done = [
        binary,
        "--source",
        site,
        "--destination",
        folder / "by-hugo",
        "--buildFuture",
    ]
    done += ["--disableKinds", ",".join(KINDS), "--ignoreCache", "--buildExpired"]
    for path in site.rglob("_content.gotmpl"):
        path.unlink()  # A program that may ask other servers.
    for _ in range(30):
        ran = subprocess.run(done, capture_output=True, text=True, check=False)
        failed = re.search(r'render of \\?"([^"\\]+)\\?" failed', ran.stdout + ran.stderr)
        if not failed:
            errors = [line for line in (ran.stdout + ran.stderr).splitlines() if "ERROR" in line]
            print("\n".join(errors), file=sys.stderr)
            break
        print(f"Hugo cannot render {failed[1]} by itself: left out", file=sys.stderr)
        Path(failed[1]).unlink()
    else:
        print(ran.stdout[-2000:], ran.stderr[-2000:], file=sys.stderr)
    return folder / "by-hugo"


def configure(site: Path) -> None:
    """The site's configuration without themes and modules that would be fetched."""
    config = read_data(site, *HUGO_NAMES)
    config = {
        key: value for key, value in config.items() if key.lower() not in ("theme", "outputs")
    }
    module = next((key for key in config if key.lower() == "module"), "")
    if module:
        config[module] = {"mounts": config[module].get("mounts") or []}
    config = {key: value for key, value in config.items() if key.lower() != "enablegitinfo"}
    config["security"] = {"allowContent": [".*"]}
    for name in HUGO_NAMES:
        (site / name).unlink(missing_ok=True)
    (site / "hugo.json").write_text(json.dumps(config, default=str))


def stand_in(site: Path) -> None:
    """A shortcode for each that only a theme has: it shows what stands in it."""
    used: set[str] = set()
    for path in (*site.rglob("*.md"), *site.glob("content/**/*.html")):
        if path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            used |= set(re.findall(r"\{\{[<%]\s*([\w/-]+)", text))
    folder = (
        site
        / "layouts"
        / ("_shortcodes" if (site / "layouts/_shortcodes").is_dir() else "shortcodes")
    )
    for name in used - BUILT_IN:
        path = folder / f"{name}.html"
        if not path.exists() and ".." not in name:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('{{ with .Get "title" }}{{ . }}{{ end }}\n{{ .Inner }}\n')


def of_hugo(folder: Path, address: str) -> list[str] | None:
    path = folder / address.strip("/")
    path = path if path.is_file() else path / "index.html"
    return words(path.read_text(encoding="utf-8")) if path.is_file() else None


def of_markdown(old: OldSite, page: Source) -> tuple[list[str], bool]:
    """The words of the source, and whether Liquid had a part in it."""
    text = page.text
    has_liquid = "{%" in text or "{{" in text
    if has_liquid:
        text = old.converted(page)
    else:
        text = re.sub(r"^[ \t]*\{:[^}\n]*\}[ \t]*\n?|\{:[^}\n]*\}", "", text, flags=re.MULTILINE)
    # kramdown takes the id of a heading from its end.
    text = re.sub(r"^(#{1,6} .*?)[ \t]*\{#[\w-]+\}[ \t]*$", r"\1", text, flags=re.MULTILINE)
    if page.path.endswith((".html", ".htm")):
        return words(text), has_liquid
    if "markdown=" in text:  # HTML with Markdown in it, which CommonMark does not have.
        html = markdown.markdown(text, extensions=["extra", "md_in_html", "sane_lists"])
    else:
        html = render_markdown(text, extension_options=GITHUB, render_options=AS_WRITTEN)
    return words(f"<main>{html}</main>"), has_liquid


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("system", choices=sorted(READERS))
    parser.add_argument("path", type=Path)
    parser.add_argument("--hugo", default="hugo")
    parser.add_argument("--shortcodes", action="store_true", help="as import --hugo does")
    parser.add_argument("--examples", type=int, default=0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measure(given, Path(name))


def measure(given: argparse.Namespace, folder: Path) -> None:
    by_hand = ByHand()
    old = (
        read_hugo(given.path, by_hand, given.hugo)
        if given.shortcodes
        else READERS[given.system](given.path, by_hand)
    )
    moved = move(
        old, given.path, folder / "new", by_hand, lambda said: print(said, file=sys.stderr)
    )
    generator.build(folder / "new", folder / "public", pictures=PictureWork(originals=True))
    rendered = by_hugo(given.path, given.hugo, folder) if given.system == "hugo" else None
    counts: Counter[str] = Counter()
    causes: Counter[str] = Counter()
    shares: list[float] = []
    for page in old.pages:
        address = old.addresses.pages[page.url]
        ours = of_ours(folder / "public", address)
        kind = ""
        if rendered is not None:
            theirs = of_hugo(rendered, page.url)
        else:
            theirs, has_liquid = of_markdown(old, page)
            kind = " (Liquid)" if has_liquid else ""
        if ours is None:
            counts["waits as a draft"] += 1
        elif theirs is None:
            counts["not rendered by Hugo"] += 1
        elif ours == theirs:
            counts[f"the same words{kind}"] += 1
        else:
            share = difflib.SequenceMatcher(None, theirs, ours, autojunk=False).ratio()
            shares.append(share)
            counts["99 % of the words" if share >= 0.99 else "other words"] += 1
            cause = cause_of(page, by_hand)
            causes[cause] += 1
            if cause == UNKNOWN and causes[UNKNOWN] <= given.examples:
                show(page.path, theirs, ours)
    total = len(old.pages)
    print(f"{given.path}: {total} pages")
    print(f"  pass a check: {total - moved.drafts} ({(total - moved.drafts) / total:.1%})")
    for kind, number in counts.most_common():
        print(f"  {kind}: {number} ({number / total:.1%})")
    print("  pages whose words differ, by the first cause:")
    for cause, number in causes.most_common():
        print(f"    {number:5}  {cause}")
    print("  to be done by hand:")
    for cause, number in by_hand.causes[:15]:
        print(f"    {number:5}  {cause}")


def cause_of(page: Source, by_hand: ByHand) -> str:
    """Why the words of a page are probably others: what was told of it."""
    for cause, _ in sorted(by_hand.causes, key=lambda each: "shortcode" not in each[0]):
        is_telling = "key" not in cause and "old address" not in cause
        if is_telling and any(path == page.path for path, _, _ in by_hand.of(cause)):
            return cause
    return UNKNOWN


def show(path: str, theirs: list[str], ours: list[str]) -> None:
    """The first places in which a page differs."""
    print(path)
    matcher = difflib.SequenceMatcher(None, theirs, ours, autojunk=False)
    others = [each for each in matcher.get_opcodes() if each[0] != "equal"]
    for _, a, b, c, d in others[:3]:
        print(f"    {' '.join(theirs[a:b])[:150]!r} -> {' '.join(ours[c:d])[:150]!r}")


if __name__ == "__main__":
    main()
