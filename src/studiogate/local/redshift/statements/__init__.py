"""The emulated Redshift Data API: statements that run by themselves, and their results."""
