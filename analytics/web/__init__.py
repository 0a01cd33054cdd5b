"""What all of the service's parts need of the web: files, cookies, the guard, limits, the log."""
