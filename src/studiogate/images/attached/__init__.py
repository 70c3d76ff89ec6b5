"""Where images are attached: lists of custom images in the settings of domains and profiles."""
