"""Reports: what was counted, as staff read it."""
