"""Custom images, from Dockerfile to retired."""
