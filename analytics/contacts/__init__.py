"""Who wrote to the site: forms, permissions, mail, and their own data."""
