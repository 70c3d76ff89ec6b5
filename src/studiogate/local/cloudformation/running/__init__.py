"""Stacks at work: made, changed, taken back, ended, and compared with what is there."""
