"""“Something changed”, told to browsers. The push says what changed and to nobody who may not see it; the page then
fetches the thing itself, through access like every other request.

Start with `rules.py`. `actions.announce` is called in the transaction of a change; `stream.py` is the process that
listens to the database and talks to the browsers.
"""
