"""The counters as a table that other programs read: as CSV and as Parquet."""
