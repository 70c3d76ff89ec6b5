"""The command line signs in: the gateway is the authorization server of its own program."""
