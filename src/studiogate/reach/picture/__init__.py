"""The reach as people look at it: an SVG, a page, and the same in words."""
