"""Who is asking: OIDC, bearer tokens, and the sealed session cookie."""
