"""How much one request about canaries may ask for; said to clients and held to."""

MOST_LOBS = 20
"""Lines of business in one request: its answer must come within API Gateway's 29 seconds."""

MOST_PROFILES = 4
"""Profiles in one request besides the one the directory knows."""

LARGEST_SEAL = 16 * 1024
"""Characters of a sealed canary: Studio may keep several cookies of up to 4 KiB."""

MOST_AT_ONCE = 8
"""Requests about canaries that one administrator may have under way in one process."""
