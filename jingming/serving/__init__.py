"""The running installation: one parent, and under it web, stream and worker.

Start with `parent.py`; `parts.py` says what each part runs. Any part can also be run alone, by a process manager of the
operator's choice: `jingming serve web`.
"""
