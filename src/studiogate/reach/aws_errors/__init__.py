"""What AWS says when it refuses, what that can mean here, and which meaning is so."""
