"""Route 53: hosted zones, their records, and which VPC sees which zone."""
