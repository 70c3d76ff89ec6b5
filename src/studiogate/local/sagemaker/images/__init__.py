"""Custom images in the emulated SageMaker: a catalogue of them, and who runs which."""
