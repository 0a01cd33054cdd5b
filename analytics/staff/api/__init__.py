"""What programs read: the figures of the reports, by token, as JSON or CSV."""
