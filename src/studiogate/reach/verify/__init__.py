"""What must hold of an estate, put to the prover sentence by sentence."""
