"""Plant every authorisation fault of the table, and say which row of the matrix caught it: `make mutants`."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import pytest


class Teller:
    """Prints a line for each mutant as it comes in."""

    def __init__(self) -> None:
        self.caught, self.survived = 0, 0
        self.began = perf_counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.passed:
            return
        name = report.nodeid.partition("[")[2].removesuffix("]") or report.nodeid
        told = dict(report.user_properties)
        by, silent, seconds = told.get("caught by", []), told.get("silent", []), told.get("seconds", 0.0)
        if report.passed:
            self.caught += 1
            more = f" and {len(by) - 1} more" if len(by) > 1 else ""
            print(f"caught    {seconds:5.2f} s  {name}: {by[0]}{more}", flush=True)
            return
        self.survived += 1
        print(f"SURVIVED  {seconds:5.2f} s  {name}: {'; '.join(silent) or 'see below'}", flush=True)
        if not silent:
            print(report.longreprtext, flush=True)

    def summary(self) -> str:
        took = perf_counter() - self.began
        return f"{self.caught + self.survived} mutants, {self.caught} caught, {self.survived} survived, {took:.0f} s"


def main(asked: list[str]) -> int:
    """All mutants, or those whose names `-k` picks; 1 if one survives."""
    teller = Teller()
    where = str(Path(__file__).with_name("every_mutant.py"))
    quiet = ["--override-ini=addopts=--strict-markers", "-p", "no:terminal", "-p", "no:randomly"]
    parallel = [] if any(word.startswith(("-n", "--numprocesses")) for word in asked) else ["--numprocesses=auto"]
    code = pytest.main([where, *quiet, *parallel, *asked], plugins=[teller])
    print(teller.summary())
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
