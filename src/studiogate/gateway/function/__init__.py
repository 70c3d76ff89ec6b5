"""The gateway and its authorizer as Lambda functions behind a private REST API."""
