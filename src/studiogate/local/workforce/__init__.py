"""A SAML provider for the demo people, in the place of IAM Identity Center's access portal."""
