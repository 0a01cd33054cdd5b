"""Markdown to HTML, with where each element came from."""
