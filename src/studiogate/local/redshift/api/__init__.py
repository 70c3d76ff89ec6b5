"""The emulated APIs of Redshift, put together."""
