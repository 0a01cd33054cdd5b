"""What is wrong with a site, from what rendering recorded: pure functions to faults."""
