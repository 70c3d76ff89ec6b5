"""Is there any request that a set of policies allows?  Answered for all requests, exactly."""
