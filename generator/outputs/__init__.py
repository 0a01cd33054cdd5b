"""What is published besides the authors' pages."""
