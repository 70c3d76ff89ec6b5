"""Who calls, and what they may: sessions, STS, and the guard before every call."""
