"""Pages of the desk, a module for each screen. Each view: fetch · clean · act · answer."""
