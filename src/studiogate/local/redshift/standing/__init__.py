"""What stands of the emulated Redshift: clusters, workgroups, and the passwords to them."""
