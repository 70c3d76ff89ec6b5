"""What stands where, derived from the landscape: built by the foundation, walked by `reach`."""
