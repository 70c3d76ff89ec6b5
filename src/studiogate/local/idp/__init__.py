"""The emulated identity provider: a user pool with a real sign-in page and real tokens."""
