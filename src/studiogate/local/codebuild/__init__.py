"""The emulated CodeBuild, whose builds really run: on this machine, as their service role."""
