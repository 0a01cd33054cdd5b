"""The audit of any site: a register drafted from what is seen, and the site held to it."""
