"""Mail: what may be sent, the outbox in which it waits, and the one relay that takes it."""
