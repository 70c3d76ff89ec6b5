"""A Dockerfile, read and judged before anything is built of it."""
