"""Every address that the service answers itself is in the register, with its purpose."""

from __future__ import annotations

import pytest

from policy import read_site
from tests.fixtures.small_site import ROOT, small_site


@pytest.fixture
def rules(tmp_path):
    with small_site(tmp_path) as site:
        return {
            (method, rule.rule)
            for rule in site.app.url_map.iter_rules()
            for method in rule.methods - {"HEAD", "OPTIONS"}
        }


def test_routes_and_endpoints_are_the_same_both_ways(rules):
    endpoints = read_site(ROOT).register.endpoints
    plain = {(method, path.split("<")[0]) for method, path in rules}
    undeclared = [
        (method, path)
        for method, path in sorted(plain)
        if not any(endpoint.answers(method, path) for endpoint in endpoints)
    ]
    unused = [
        endpoint.path
        for endpoint in endpoints
        if not any(endpoint.answers(method, path) for method, path in plain)
    ]
    assert (undeclared, unused) == ([], [])
