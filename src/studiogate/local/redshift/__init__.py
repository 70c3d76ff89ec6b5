"""The emulated Redshift: PostgreSQL behind what Redshift's clients and APIs expect."""
