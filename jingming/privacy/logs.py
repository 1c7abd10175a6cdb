"""The lines of the log, without numbers of people: also where an exception repeats what somebody had typed."""

from __future__ import annotations

import logging

from .rules import masked


class MaskedFormatter(logging.Formatter):
    """Writes a record, its exception and its stack with phone and identity numbers masked."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))
