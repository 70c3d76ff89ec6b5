"""The front door itself: sign-in, decision, role, presign, record, redirect."""
