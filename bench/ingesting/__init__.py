"""The servers that `bench/ingest.py` asks, and how it asks them."""
