"""What each output was made of, and so what must be made again: kept from build to build."""
