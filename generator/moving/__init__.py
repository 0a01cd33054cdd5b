"""Moving in: a site of Hugo or Jekyll becomes one of Plainsite that passes every check.

`hugo` and `jekyll` read; `site` writes pages into a new site, and `mending` mends what a check
finds, as far as that loses no word. What is left to a person stands in a list, by cause, with file
and line.
"""
