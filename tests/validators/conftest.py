"""Where the validators are. `make test` installs those of Node where it has npm; where one is
missing, its tests are skipped, with what to install."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

import generator
from analytics.app import create_app
from generator.publish import Compression
from tests.fixtures.first_site import ROOT
from tests.fixtures.serving import serving

HERE = Path(__file__).parent
LONGEST_SECONDS = 240


@dataclass
class Running:
    """The first site, served from `public` at `address` by `app`; its databases are in `var`."""

    address: str
    app: Flask
    public: Path
    var: Path


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The first site, built as deploy/README.md says, and served."""
    folder = tmp_path_factory.mktemp("validated")
    public, var = folder / "public", folder / "var"
    generator.Builder(ROOT, public).build(compression=Compression.BEST)
    app = create_app(ROOT, public, var)
    with serving(app) as address:
        yield Running(address, app, public, var)
    app.extensions["plainsite"].close()


def validate(*command: str | Path, **environment: str) -> str:
    """What a validator writes to its output. Skips where it is not installed."""
    program = shutil.which(str(command[0]))
    if program is None:
        pytest.skip(f"needs {command[0]}")
    if not (HERE / "node_modules").is_dir():
        pytest.skip("needs: npm ci --ignore-scripts --prefix tests/validators")
    told = subprocess.run(
        [program, *command[1:]],
        cwd=HERE,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
        check=False,
    )
    assert told.stdout, told.stderr
    return told.stdout


def lines_of_json(text: str) -> list[dict[str, Any]]:
    """One value from each line."""
    return [json.loads(line) for line in text.splitlines()]
