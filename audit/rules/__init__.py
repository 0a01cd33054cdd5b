"""What was observed, against what is declared: pure functions to findings."""
