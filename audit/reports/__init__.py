"""One result, in every form in which it is read."""
