"""Real browsers go through every journey; what they see is held against the register."""
