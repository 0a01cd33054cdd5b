"""Templates that were compiled in this process, for whoever renders them again.

Each build makes its own Jinja, since what its templates may use is the site's; what they are
compiled to depends on their text, their name and the options that all share. So the preview
compiles again only the template that was saved, and whoever builds several sites, as the tests do,
compiles what they have in common once.
"""

from __future__ import annotations

from jinja2.bccache import Bucket, BytecodeCache
from jinja2.utils import LRUCache

__all__ = ["COMPILED", "CompiledTemplates"]

MOST = 500
"""Of templates that are remembered: those of several sites."""


class CompiledTemplates(BytecodeCache):
    """Code of templates by their name, their file within the site and a digest of their text, the
    latest used."""

    def __init__(self, most: int = MOST) -> None:
        self._code = LRUCache(most)

    def load_bytecode(self, bucket: Bucket) -> None:
        """As Jinja's own: have the bucket hold the code, where it is known."""
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """As Jinja's own: remember the code of the bucket."""
        if bucket.code:
            self._code[bucket.key, bucket.checksum] = bucket.code


COMPILED = CompiledTemplates()
"""Those of this process, whose builds are made one after another."""
