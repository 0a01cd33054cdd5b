"""Personal data: a contact sees, takes away, corrects and erases what is held about them."""
