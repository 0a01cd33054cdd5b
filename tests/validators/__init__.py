"""External validators: programs that others wrote, and that know nothing of Plainsite."""
