"""The landscape as a map: accounts, VPCs, endpoints, routes, names, and who opens what."""
