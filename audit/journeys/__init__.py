"""What visitors do, and what is written down of it."""
