"""Builds what `foundation` describes: plan, apply, destroy and status, over change sets."""
