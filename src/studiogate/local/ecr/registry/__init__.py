"""The registry itself: the OCI distribution protocol, with ECR's permissions and words."""
