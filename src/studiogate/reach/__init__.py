"""Who can reach what from where: answers computed from the landscape alone."""
