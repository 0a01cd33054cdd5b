"""What experiments showed, for staff."""
