"""Pages that are not public yet, for those who were given a link."""
