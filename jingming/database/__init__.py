"""The ground under every slice: the embedded server, the two roles, monthly partitions, province sequences.

Start with `embedded.py` (a PostgreSQL that needs nothing installed) and `operations.py` (what migrations use). Nothing
here imports Django at package level: the embedded server must start without it.
"""
