"""The address of a database: TLS, sign-in, and every statement on its way in."""
