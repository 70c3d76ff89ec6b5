"""The emulated AWS API: signatures, protocols, policy before every call, then the service."""
