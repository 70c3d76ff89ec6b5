"""What is put into accounts before anybody signs in; pure values, applied elsewhere."""
