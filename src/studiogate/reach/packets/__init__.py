"""Whether packets get there and back, by the routes and doors that AWS says there are."""
