"""What builds, opens and pushes images on this machine: Docker, podman or buildah."""
