"""Container images, unpacked and run: a root and a network of their own, no rights here."""
