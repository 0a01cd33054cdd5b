"""The generator beside its peers: one corpus, each tool's own way to build it, in turn."""
