"""What could be changed so that an answer turns round: candidates, which `flip` tries."""
