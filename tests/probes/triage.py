"""What the tools say of the product that is no fault of it, each with the reason. Whatever stands in no row is one."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.probes.tools import Finding


@dataclass(frozen=True)
class Row:
    """A finding that was looked into: patterns of the tool, the place and the words, and why it is none."""

    tool: str
    where: str
    what: str
    reason: str

    def fits(self, finding: Finding) -> bool:
        return bool(
            self.tool == finding.tool and re.search(self.where, finding.where) and re.search(self.what, finding.what)
        )


TLS = "Served here on loopback without TLS; with JINGMING_HTTPS cookies are Secure and HSTS is sent (config.settings)."
ROWS = (
    Row("wapiti", "", r"Strict-Transport-Security", TLS),
    Row("wapiti", "", r"Secure flag", TLS),
)


def reason(finding: Finding) -> str:
    """Why the finding is none; "" if it is one."""
    return next((row.reason for row in ROWS if row.fits(finding)), "")
