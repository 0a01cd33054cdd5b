"""Small sites with one leak each, and the tools that look at them."""
