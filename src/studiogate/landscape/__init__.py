"""The one validated model of everything declared, and how it is read from YAML."""
