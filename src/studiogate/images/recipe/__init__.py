"""What a custom image is made of: its Dockerfile, and a lock of every download."""
