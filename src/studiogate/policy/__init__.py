"""IAM documents: said once, deployed and evaluated from the same object."""
