"""A new block is rendered with its template."""

from pathlib import Path

import generator

root = Path.cwd()
generator.build(root, root / "public")
page = " ".join((root / "public" / "about" / "index.html").read_text(encoding="utf-8").split())
assert "<details open> <summary>How we count</summary> <p>Only after you agreed.</p>" in page, page
