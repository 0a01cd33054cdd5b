"""The service: serves what was built, and counts, takes and shows what the register declares."""
