"""What is kept between runs: objects in the artifacts bucket, and the lock among them."""
