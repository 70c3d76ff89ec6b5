"""The emulated Studio: domains, profiles, one-time URLs, and a JupyterLab per person."""
