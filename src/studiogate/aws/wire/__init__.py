"""Signed calls to AWS without boto3: our own signer, two transports, four calls."""
