"""Figures by mail, for those of our own staff who asked for them and confirmed where they go."""
