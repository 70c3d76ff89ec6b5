"""Resource Access Manager: what one account lets others use."""
