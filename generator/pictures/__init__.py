"""Pictures of pages in several sizes and kinds, and the cards that other sites show of a page."""
