"""Photos of 12 million pixels, made into AVIF, WebP and JPEG of five widths, beside Hugo and sharp.

    python bench/images.py [PHOTOS] [--rounds N] [--from FOLDER]

Each is timed from the start of its command to its end: from nothing, and again with nothing new.
The photos are noise with the spectrum of nature, unless a folder of real ones is given. Bytes are
sums over all that was made of a kind. Quality is SSIMULACRA 2 of the largest AVIF against the
original in that size, where the package `ssimulacra2` is installed (90: no difference to be seen,
70 high, 50 medium).

Hugo is looked for on the PATH and in the folders of GENERATORS, sharp (by @11ty/eleventy-img) in
the `node_modules` of the folder IMAGES; what is missing is said. Where Hugo writes no AVIF, it
makes two kinds.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageChops

ROOT = Path(__file__).parents[1]
WIDTHS = (320, 640, 960, 1280, 1920)
PAGE = """---
title: Photos
description: A page with photos, so that its description is as long as it should be for search.
---
{body}
"""
HUGO = """{{ range resources.Match "*.jpg" }}{{ $photo := . }}
{{ range slice 320 640 960 1280 1920 }}{{ $width := . }}{{ range KINDS }}
<img src="{{ ($photo.Resize (printf "%dx %s" $width .)).RelPermalink }}">{{ end }}{{ end }}{{ end }}
"""
SHARP = """import Image from "@11ty/eleventy-img";
import { readdirSync } from "node:fs";
await Promise.all(readdirSync("photos").map((name) => Image(`photos/${name}`, {
  widths: [320, 640, 960, 1280, 1920], formats: ["avif", "webp", "jpeg"], outputDir: "made",
})));
"""


class Maker:
    """Something that makes pictures, in a folder of its own."""

    name = ""
    made = ""
    """The folder of what it makes."""

    def __init__(self, folder: Path, photos: Path) -> None:
        self.folder = folder
        self.photos = photos
        self.prepare()

    def prepare(self) -> None:
        """Write what it needs."""

    def command(self) -> list[str]:
        """What is timed."""
        raise NotImplementedError

    def forget(self) -> None:
        """As if it had never made anything."""
        shutil.rmtree(self.folder / self.made, ignore_errors=True)

    def run(self) -> float:
        """Seconds from the start of the command to its end."""
        begun = time.perf_counter()
        done = subprocess.run(
            self.command(), cwd=self.folder, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{self.name}: {done.stdout}{done.stderr}")
        return time.perf_counter() - begun

    def size(self, ending: str) -> int:
        """Bytes of all that was made of a kind."""
        files = (self.folder / self.made).rglob(f"*{ending}")
        return sum(path.stat().st_size for path in files)

    def largest(self) -> Path | None:
        """The largest AVIF of the first photo."""
        made = (self.folder / self.made).rglob("*.avif")
        first = [path for path in made if Image.open(path).width == max(WIDTHS)]
        return min(first, default=None)


class Plainsite(Maker):
    """Ours: a site with one page."""

    name, made = "Plainsite", "public/assets/pictures"

    def prepare(self) -> None:
        shutil.copytree(ROOT / "tests/sites/base", self.folder, dirs_exist_ok=True)
        for photo in self.photos.iterdir():
            shutil.copy(photo, self.folder / "content")
        body = "\n\n".join(f"![A photo]({each.name})" for each in sorted(self.photos.iterdir()))
        (self.folder / "content/photos.md").write_text(PAGE.format(body=body))

    def command(self) -> list[str]:
        return [sys.executable, str(ROOT / "build.py"), "--root", str(self.folder), "build"]

    def forget(self) -> None:
        for name in ("public", "var"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


class Hugo(Maker):
    """Its own image processing, in one page."""

    name, made = "Hugo", "public"
    kinds = 'slice "avif" "webp" "jpg"'

    def prepare(self) -> None:
        for name in ("assets", "layouts"):
            (self.folder / name).mkdir()
        for photo in self.photos.iterdir():
            shutil.copy(photo, self.folder / "assets")
        (self.folder / "hugo.toml").write_text('baseURL = "https://a.example"\n')
        self.write(self.kinds)
        tried = subprocess.run(self.command(), cwd=self.folder, capture_output=True, check=False)
        if tried.returncode:
            self.name = "Hugo (WebP and JPEG only)"
            self.write('slice "webp" "jpg"')
        self.forget()

    def write(self, kinds: str) -> None:
        """The template, for these kinds."""
        (self.folder / "layouts/home.html").write_text(HUGO.replace("KINDS", f"({kinds})"))

    def command(self) -> list[str]:
        return [_program("hugo") or "hugo", "--quiet"]

    def forget(self) -> None:
        for name in ("public", "resources"):
            shutil.rmtree(self.folder / name, ignore_errors=True)


class Sharp(Maker):
    """Eleventy's plugin, by itself."""

    name, made = "eleventy-img (sharp)", "made"

    def prepare(self) -> None:
        shutil.copytree(self.photos, self.folder / "photos")
        (self.folder / "node_modules").symlink_to(Path(os.environ["IMAGES"]) / "node_modules")
        (self.folder / "make.mjs").write_text(SHARP)

    def command(self) -> list[str]:
        return ["node", "make.mjs"]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("photos", nargs="?", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--from", dest="folder", type=Path)
    asked = parser.parse_args()
    kinds: list[Callable[[Path, Path], Maker]] = [Plainsite]
    if _program("hugo"):
        kinds.append(Hugo)
    else:
        print("Not installed here: Hugo")
    if os.environ.get("IMAGES") and shutil.which("node"):
        kinds.append(Sharp)
    else:
        print("Not installed here: eleventy-img (name its folder in IMAGES)")
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        photos = folder / "photos"
        photos.mkdir()
        _write(photos, asked.photos, asked.folder)
        makers = []
        for number, kind in enumerate(kinds):
            (folder / str(number)).mkdir()
            makers.append(kind(folder / str(number), photos))
        _measure(makers, photos, asked.rounds)


def _measure(makers: list[Maker], photos: Path, rounds: int) -> None:
    cold: dict[str, list[float]] = {each.name: [] for each in makers}
    warm: dict[str, list[float]] = {each.name: [] for each in makers}
    for _ in range(rounds):
        for each in makers:
            each.forget()
            cold[each.name].append(each.run())
            warm[each.name].append(each.run())
    whole = sum(path.stat().st_size for path in photos.iterdir())
    print(f"{len(list(photos.iterdir()))} photos, {whole / 1e6:.1f} MB")
    print(f"{'':26}{'cold s':>8}{'warm s':>8}{'AVIF kB':>9}{'WebP kB':>9}{'JPEG kB':>9}  quality")
    for each in makers:
        sizes = [each.size(".avif"), each.size(".webp"), each.size(".jpg") + each.size(".jpeg")]
        print(
            f"{each.name:26}{statistics.median(cold[each.name]):8.2f}"
            f"{statistics.median(warm[each.name]):8.2f}"
            + "".join(f"{size / 1000:9.0f}" for size in sizes)
            + f"  {_quality(each.largest(), sorted(photos.iterdir()))}"
        )


def _quality(made: Path | None, photos: list[Path]) -> str:
    """The best over the photos, as only one of them is what it was made of."""
    try:
        from ssimulacra2 import compute_ssimulacra2  # noqa: PLC0415  (it may be missing)
    except ImportError:
        return "not measured"
    if made is None:
        return "-"
    found = []
    with TemporaryDirectory() as name, Image.open(made) as image:
        second = Path(name) / "made.png"
        image.convert("RGB").save(second, compress_level=1)
        for photo in photos:
            first = Path(name) / "original.png"
            with Image.open(photo) as original:
                small = original.resize(image.size, Image.Resampling.LANCZOS)
            small.save(first, compress_level=1)
            found.append(float(compute_ssimulacra2(str(first), str(second))))
    return f"{max(found):.1f}"


def _write(folder: Path, number: int, source: Path | None) -> None:
    if source:
        for path in sorted(source.glob("*.jpg"))[:number]:
            shutil.copy(path, folder)
        return
    for each in range(number):
        _noise(each).save(folder / f"photo-{each}.jpg", quality=92)


def _noise(seed: int) -> Image.Image:
    """Noise in which each octave is as strong as the next, as in what cameras see."""
    size = (4000, 3000)
    image = Image.new("RGB", size, "gray")
    chance = random.Random(seed)
    for octave in range(3, 12):
        small = (2**octave, 2**octave * 3 // 4)
        data = bytes(chance.getrandbits(8) for _ in range(small[0] * small[1] * 3))
        layer = Image.frombytes("RGB", small, data).resize(size, Image.Resampling.BICUBIC)
        faint = layer.point(lambda value, octave=octave: 128 + (value - 128) // (1 + octave // 2))
        image = ImageChops.add(image, faint, scale=1, offset=-128)
    return image


def _program(name: str) -> str | None:
    folders = os.environ.get("GENERATORS", "")
    return shutil.which(name, path=os.pathsep.join([folders, os.environ.get("PATH", "")]))


if __name__ == "__main__":
    main()
