"""Taking down: what holds a stack back, what is left when it is gone, and in which order."""
