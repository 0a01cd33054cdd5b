"""A process that makes one application after another, as tests do, keeps none of them."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from tests.fixtures.small_site import small_site


def test_an_application_that_nobody_has_any_more_is_gone(tmp_path: Path) -> None:
    with small_site(tmp_path) as site:
        site.app.test_client().get("/").close()
        app, service = weakref.ref(site.app), weakref.ref(site.service.stores)
    del site
    gc.collect()
    assert (app(), service()) == (None, None)
