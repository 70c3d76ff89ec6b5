"""Custom images, from Dockerfile to retired: what they are made of, and what becomes of them."""
