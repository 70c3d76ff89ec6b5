"""What stands behind the emulated private API: its permission, and the way to the gateway."""
