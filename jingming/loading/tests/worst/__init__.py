"""The worst spreadsheets: real files, built byte by byte, with what has to come of each in `table.py`."""
