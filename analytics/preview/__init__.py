"""Serve a site while it is being written: build again on every save, and reload the browser."""
