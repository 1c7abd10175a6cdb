"""Pages of people and places: signing in and switching, one's own page, staff, the organisation."""
