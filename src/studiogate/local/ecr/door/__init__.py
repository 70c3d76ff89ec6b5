"""The way to the registry under its real names: a proxy on loopback, and TLS behind it."""
