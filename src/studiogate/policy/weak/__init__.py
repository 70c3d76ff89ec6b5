"""Policies that are legal and do not do what their author thinks: one module per family."""
