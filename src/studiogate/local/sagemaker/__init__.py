"""The emulated SageMaker API: domains, profiles, spaces, apps, and one-time URLs."""
