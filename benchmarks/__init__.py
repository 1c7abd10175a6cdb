"""How fast it is, as ratios: each measurement stands beside the raw database's own figure for the same work."""
