"""What a file may hold, as tables; no file is opened here."""

from __future__ import annotations

import re

# A text that a spreadsheet would take for a formula, whatever stands in front of it: wide signs too, which some narrow.
FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
