"""SAML 2.0: providers that post assertions, and what they may say."""
