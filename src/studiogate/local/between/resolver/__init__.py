"""Route 53 Resolver: endpoints, forwarding rules, query logs."""
