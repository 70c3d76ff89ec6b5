"""What is checked of an image once it is built: what it says, has in it, and runs."""
