"""Spreadsheets as people send them: read with patience, refused with a way out, written so that nothing is lost.

`reading.open_sheet` opens any file, `cells` turns what stands in a cell into what is kept, `writing` makes files.
"""
