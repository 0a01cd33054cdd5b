"""Reading content/: pages, their front matter and blocks, files, addresses."""
