"""What people see: the portal and the pages of refusals."""
