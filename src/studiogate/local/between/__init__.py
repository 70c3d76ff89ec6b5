"""What stands between accounts: shares, transit gateways, peerings, zones, forwarding rules."""
