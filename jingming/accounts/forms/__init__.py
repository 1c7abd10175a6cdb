"""Input of the pages of people and places, made clean; nothing is saved here."""
