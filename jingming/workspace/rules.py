"""Who else is looking: how long a look counts, and what it is called where browsers hear of it."""

from __future__ import annotations

LOOKING = "workspace.Looking"  # numbered by the order that is looked at
BEAT = 20  # seconds between two signs of a page that somebody looks at
COUNTS = 45  # seconds for which a sign counts: two may be lost on the way
