"""The emulated Studio as a browser meets it: a URL once, then a JupyterLab per person."""
