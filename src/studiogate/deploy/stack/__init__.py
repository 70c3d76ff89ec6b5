"""One stack: what is there, what differs, and how it becomes what it should be."""
