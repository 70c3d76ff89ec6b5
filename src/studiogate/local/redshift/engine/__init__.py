"""PostgreSQL, one server for each seat: how it is started, filled, asked, and what is kept."""
