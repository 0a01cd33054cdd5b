"""The tools: ours, and what of Node and Python looks at sites from outside, each run as it comes.

`PEERS` names the folder in which they are installed (bench/README.md). All drive the Chromium that
is installed here, by a script in its place that takes every other host for this machine.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bench.leaks.sites import Served

__all__ = ["TOOLS", "Said", "Tool"]

ROOT = Path(__file__).resolve().parents[2]
LONGEST_SECONDS = 900
CHROMIUM = """#!/bin/sh
exec {program} --no-sandbox --ignore-certificate-errors \\
  --host-resolver-rules="MAP * 127.0.0.1:$LEAKS_PORT, EXCLUDE 127.0.0.1" "$@"
"""


@dataclass(frozen=True)
class Said:
    """What a tool says of a site: what is wrong, what it only shows, and what it could not tell."""

    wrong: frozenset[str]
    shown: frozenset[str] = frozenset()
    untold: tuple[str, ...] = ()
    seconds: float = 0


class Tool(ABC):
    """A tool, which works in `folder`."""

    name: ClassVar[str]

    def __init__(self, folder: Path, peers: Path) -> None:
        self.folder = folder
        self.peers = peers
        self.port = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.browser = stand_in(folder / "bin" / "chromium", "/usr/bin/chromium")

    @abstractmethod
    def installed(self) -> bool:
        """Whether it is there."""

    @abstractmethod
    def look(self, served: Served) -> Said:
        """What it says of a site."""

    def run(self, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it, and have what it printed."""
        path = f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [str(word) for word in words],
            cwd=self.folder,
            env=os.environ | {"PATH": path, "LEAKS_PORT": str(self.port)} | environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )

    def timed(self, served: Served) -> Said:
        """What it says, with the time that it took."""
        self.port, began = served.port, time.monotonic()
        try:
            said = self.look(served)
        except subprocess.TimeoutExpired:
            said = Said(frozenset(), untold=("it did not come to an end",))
        return Said(said.wrong, said.shown, said.untold, time.monotonic() - began)


def stand_in(path: Path, program: str) -> Path:
    """A script in the place of a browser."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(CHROMIUM.format(program=program), encoding="utf-8")
    path.chmod(0o755)
    return path


def plain(words: Iterable[str]) -> frozenset[str]:
    """Without ports, which are others each time."""
    return frozenset(re.sub(r":\d{4,5}\b", "", each) for each in words)


class Plainsite(Tool):
    """Ours: it holds the site to what this tells its visitors."""

    name = "Plainsite"

    def installed(self) -> bool:
        return True

    def look(self, served: Served) -> Said:
        register, output = self.folder / "site.toml", self.folder / "report"
        register.write_text(served.register(), encoding="utf-8")
        words = ("audit", "--register", register, "--browser", "chromium", "--output", output)
        made = self.run(sys.executable, ROOT / "build.py", *words)
        file = output / "report.json"
        if not file.exists():
            return Said(frozenset(), untold=(made.stdout + made.stderr,))
        report = json.loads(file.read_text(encoding="utf-8"))
        untold = tuple(str(each) for each in report["untold"])
        return Said(plain(each["message"] for each in report["findings"]), untold=untold)


class Scanner(Tool):
    """gdpr-cookie-scanner."""

    name = "gdpr-cookie-scanner"

    def installed(self) -> bool:
        return self._program().exists()

    def _program(self) -> Path:
        return self.peers / "node_modules/@slashgear/gdpr-cookie-scanner/dist/cli.js"

    def look(self, served: Served) -> Said:
        words = ("scan", served.origin, "-f", "json", "-o", "reports", "-l", "en-US")
        browsers = playwright(self.folder / "browsers", self.peers / "node_modules/playwright-core")
        for old in (self.folder / "reports").rglob("*.json"):
            old.unlink()
        made = self.run(
            self._node(), self._program(), *words, PLAYWRIGHT_BROWSERS_PATH=str(browsers)
        )
        found = sorted((self.folder / "reports").rglob("*.json"))
        if not found:
            return Said(frozenset(), untold=((made.stdout + made.stderr)[-300:],))
        report = json.loads(found[-1].read_text(encoding="utf-8"))
        issues = (f"{e['description']}: {e['evidence']}" for e in report["compliance"]["issues"])
        return Said(plain(issues), plain(self._shown(report)), tuple(report["errors"]))

    def _node(self) -> str:
        own = self.peers / "node_modules/node/bin/node"
        return str(own) if own.exists() else "node"

    @staticmethod
    def _shown(report: dict[str, Any]) -> Iterable[str]:
        for when in ("BeforeInteraction", "AfterReject", "AfterAccept"):
            yield from (f"{when}: cookie {each['name']}" for each in report[f"cookies{when}"])
            for each in report[f"network{when}"]:
                if each["isThirdParty"]:
                    yield f"{when}: {each['url'].partition('?')[0]}"


class Blacklight(Tool):
    """blacklight-collector. It says what it found, and of nothing that it is wrong."""

    name = "blacklight-collector"
    script = """
const { collect } = require("@themarkup/blacklight-collector");
const [origin, folder, program] = process.argv.slice(2);
collect(origin, { outDir: folder, numPages: 3, puppeteerExecutablePath: program })
  .then((made) => {
    require("fs").writeFileSync(folder + ".json", JSON.stringify(made));
    process.exit(0);
  });
"""

    def installed(self) -> bool:
        return (self.peers / "node_modules/@themarkup/blacklight-collector").exists()

    def look(self, served: Served) -> Said:
        output = self.folder / "report"
        file = self.folder / "report.json"
        file.unlink(missing_ok=True)
        script = self.folder / "look.cjs"
        script.write_text(self.script, encoding="utf-8")
        modules = str(self.peers / "node_modules")
        made = self.run("node", script, served.origin, output, self.browser, NODE_PATH=modules)
        report = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
        if report.get("status") != "success":
            return Said(frozenset(), untold=((made.stdout + made.stderr)[-300:],))
        return Said(plain(self._found(report["reports"])), plain(self._shown(report)))

    @staticmethod
    def _found(reports: dict[str, Any]) -> Iterable[str]:
        if reports["canvas_fingerprinters"]["fingerprinters"]:
            yield "canvas_fingerprinters"
        if any(reports["canvas_font_fingerprinters"].values()):
            yield "canvas_font_fingerprinters"
        for name in ("key_logging", "session_recorders"):
            yield from (f"{name}: {each}" for each in reports[name])
        for each in reports["third_party_trackers"]:
            yield f"third_party_trackers: {each['url'].partition('?')[0]}"
        for name in ("fb_pixel_events", "google_analytics_events"):
            if reports[name]:
                yield name

    @staticmethod
    def _shown(report: dict[str, Any]) -> Iterable[str]:
        yield from (f"cookie {each['name']}" for each in report["reports"]["cookies"])
        yield from (f"host {each}" for each in report["hosts"]["requests"]["third_party"])
        for kind, scripts in report["reports"]["behaviour_event_listeners"].items():
            yield from (f"{kind}: {each}" for each in scripts)


class Radar(Tool):
    """cookieradar, of the Python Package Index."""

    name = "cookieradar"
    script = """
import asyncio, json, sys
from cookieradar.law_checker import findings_of, notes_of
from cookieradar.scanner import scan
result = asyncio.run(scan(sys.argv[1]))
sessions = (result.pre_consent, result.post_accept, result.post_reject)
print(json.dumps({
    "found": findings_of(result), "notes": notes_of(result),
    "cookies": [[s.session, c["name"]] for s in sessions for c in s.cookies],
    "hosts": [[s.session, e.host] for s in sessions for e in s.external],
    "errors": [str(e) for s in sessions for e in [s.error] if e],
}))
"""

    def installed(self) -> bool:
        return self._python().exists()

    def _python(self) -> Path:
        return self.peers / "py/bin/python"

    def look(self, served: Served) -> Said:
        driver = next((self.peers / "py").glob("lib/*/site-packages/playwright/driver/package"))
        browsers = playwright(self.folder / "browsers", driver)
        words = (self._python(), "-c", self.script, served.origin)
        made = self.run(*words, PLAYWRIGHT_BROWSERS_PATH=str(browsers))
        if made.returncode:
            return Said(frozenset(), untold=(made.stderr[-300:],))
        report = json.loads(made.stdout)
        found = (f"{kind}: {each}" for kind, many in report["found"].items() for each in many)
        shown = (f"{session}: {each}" for session, each in (*report["cookies"], *report["hosts"]))
        return Said(plain(found), plain(shown), tuple(report["errors"] + report["notes"]))


def playwright(folder: Path, package: Path) -> Path:
    """A folder in which Playwright finds the browser that is installed here as its own."""
    for each in json.loads((package / "browsers.json").read_text(encoding="utf-8"))["browsers"]:
        if each["name"] == "chromium-headless-shell":
            place = folder / f"chromium_headless_shell-{each['revision']}"
            inner = place / "chrome-headless-shell-linux64" / "chrome-headless-shell"
            stand_in(inner, "/usr/bin/chromium-headless-shell")
            (place / "INSTALLATION_COMPLETE").touch()
    return folder


TOOLS: tuple[type[Tool], ...] = (Plainsite, Scanner, Blacklight, Radar)
