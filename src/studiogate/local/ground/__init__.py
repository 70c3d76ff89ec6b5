"""What must stand in the accounts before anybody signs in, laid by plain AWS API calls."""
