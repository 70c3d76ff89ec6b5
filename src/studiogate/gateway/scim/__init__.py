"""SCIM 2.0: people and groups, as an identity provider sends them (RFC 7643, RFC 7644)."""
