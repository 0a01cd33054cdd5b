"""Two browsers, each driven by its own protocol."""
