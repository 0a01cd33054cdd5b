"""MDN's HTTP Observatory scans the site as deploy/ runs it, over TLS: A+."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deployed_site import HOST, deployed, missing

from .conftest import judge, lines_of_json


@pytest.mark.skipif(bool(missing()), reason=missing() or "nothing is missing")
def test_the_headers_are_the_best_there_are(tmp_path: Path) -> None:
    """Its own scan, with a certificate of the test's own."""
    with deployed(tmp_path) as site:
        told = judge(
            "node", "observatory.mjs", HOST, str(site.plain), str(site.tls),
            NODE_EXTRA_CA_CERTS=str(site.certificate),
        )  # fmt: skip
    (found,) = lines_of_json(told)
    assert (found["grade"], found["failed"]) == ("A+", [])
