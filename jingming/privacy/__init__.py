"""Personal data at rest and in logs: what is kept so that a copy of the database alone tells nothing.

`keys.py` holds the keys of the installation, `sealing.py` seals and opens, `rules.py` recognises numbers of people in
text, `vault.py` keeps tokens in their place, `fields.py` are columns that seal, or do this, by themselves, `logs.py`
keeps numbers out of the log. What is sealed how: docs/decisions/0020-sealed-at-rest.md.
"""
