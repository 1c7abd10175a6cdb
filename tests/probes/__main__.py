"""`make probes`: sqlmap and wapiti, which others wrote, at the served desk, signed in as four roles.

An installation of its own, with the people and things of the matrix, in a temporary directory; the whole of
`jingming serve` answers, with holes planted beside the product (`planted`) that the tools must find first. Nothing but
loopback is asked. The exit code says whether anything was found, a hole was missed, or something could not be told.

    make probes                                  everything, by each of the four roles; many hours
    make probes WITH="--quick"                   every name once, by the first role that may, at level 1
    make probes WITH="--minutes 30"              as far as the time goes, and what was left is said
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks import installation
from tests.probes import tools, triage
from tests.probes.tools import ADDRESS, BODY, FORM, QUERY, ROLES, WORDS, Desk, Finding, Outcome, Target

AT_A_TIME = 3  # sqlmap at once: each waits for the server most of the time
FOR_WAPITI = 0.4  # of the time, of all roles together
BEFORE_A_DOOR = ("signin", "form", "401")  # wapiti leaves out cookies and tokens on purpose
KEPT = Path(".venv-probes/kept")  # what the tools said, for whoever looks into it


def build() -> None:
    """The company and the world of the matrix, everybody's way in, and the targets."""
    from django.test.utils import setup_test_environment

    setup_test_environment()  # sessions are made by Django's test client
    from tests.cast import found
    from tests.matrix.world import build as fill
    from tests.probes.targets import gather

    found()
    world = fill()
    home = Path(os.environ["JINGMING_HOME"])
    (home / "ways.json").write_text(json.dumps({"cookies": world.cookies, "tokens": world.tokens}))
    targets = gather(world, each=os.environ["PROBES_EACH"] == "1")
    (home / "targets.json").write_text(json.dumps([vars(target) for target in targets], default=list))


# --- What was asked and answered ------------------------------------------------------------------------------------
@dataclass
class Run:
    """What the run has come to."""

    desk: Desk
    notes: Path
    wrong: list[str] = field(default_factory=list)  # every reason for an exit code of 1
    waived: Counter[str] = field(default_factory=Counter)

    def judge(self, findings: list[Finding]) -> int:
        """Keep what is a finding; how many are."""
        real = 0
        for finding in findings:
            if why := triage.reason(finding):
                self.waived[why] += 1
            else:
                self.wrong.append(str(finding))
                real += 1
        return real

    def answers(self, tool: str) -> dict[str, Counter[str]]:
        """Person → answer → how many, of this tool; what a tool has had from the planted holes does not count."""
        told: dict[str, Counter[str]] = defaultdict(Counter)
        for line in self._lines():
            who, person, answer, _method, path = line.rstrip("\n").split(" ", 4)
            if who == tool and not path[1:].startswith("/planted/"):
                told[person][answer] += 1
        return told

    def faults(self) -> list[str]:
        """Answers that say the product has stumbled, and those that say that the tool stood before a door."""
        worst: Counter[str] = Counter()
        for line in self._lines():
            who, person, answer, method, path = line.rstrip("\n").split(" ", 4)
            if not path[1:].startswith("/planted/") and (
                answer[:1] == "5" or (who == "sqlmap" and answer in BEFORE_A_DOOR)
            ):
                worst[f"{answer} to {who} as {person}: {method} {path[:200]}"] += 1
        return [f"{fault} ({count} times)" for fault, count in worst.most_common(50)]

    def _lines(self) -> list[str]:
        return [line for file in sorted(self.notes.iterdir()) for line in file.open(encoding="utf-8")]


# --- The holes ------------------------------------------------------------------------------------------------------
def holes_are_found(run: Run, sinkhole: str, came: list[str], level: int) -> None:
    """Both tools find what was planted, by each way in which sqlmap is pointed at the product."""
    began = time.monotonic()
    planted = [
        Target("agent1", "hole", QUERY, "GET", "/planted/by-parameter/", {"name": "agent1"}, ("name",)),
        Target("head1", "hole", WORDS, "GET", "/planted/by-words/", {"q": "head1"}, ("q",)),
        Target("inspector1", "hole", FORM, "POST", "/planted/by-field/", {"name": "head1"}, ("name",)),
        Target("sysadmin1", "hole", ADDRESS, "GET", "/planted/by-address/agent1/"),
        Target("agent1", "hole", BODY, "POST", "/planted/by-body/", {"name": "agent1"}, ("name",)),
    ]
    outcomes = [tools.sqlmap(run.desk, one, level=level, place=-place) for place, one in enumerate(planted, 1)]
    missed = [f"sqlmap missed the hole {one.target.path}: {one.unclear}" for one in outcomes if not one.findings]
    found, unclear = tools.wapiti(
        run.desk, "agent1", sinkhole, seconds=150, start="/planted/", modules=tools.HOLE_MODULES
    )
    said = {finding.what.partition(":")[0] for finding in found}
    expected = {"SQL Injection", "Reflected Cross Site Scripting", "Stored Cross Site Scripting", "Path Traversal",
                "Open Redirect", "Cross Site Request Forgery"}  # fmt: skip
    missed += [f"wapiti missed the hole: {one} {unclear}" for one in sorted(expected - said)]
    missed += [] if came else ["the sinkhole missed the hole: nothing came"]
    came.clear()
    run.wrong += missed
    print(f"holes: {len(planted)} for sqlmap, {len(expected) + 1} for wapiti and the sinkhole, {len(missed)} missed, "
          f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip


# --- The tools ------------------------------------------------------------------------------------------------------
def sqlmap(run: Run, level: int, until: float) -> None:
    """All targets until the time is up; a line for each person."""
    targets = [Target(**one) for one in json.loads((run.desk.home / "targets.json").read_text())]
    took: Counter[str] = Counter()

    def probe(numbered: tuple[int, Target]) -> Outcome | None:
        place, target = numbered
        if time.monotonic() > until:
            return None
        began = time.monotonic()
        outcome = tools.sqlmap(run.desk, target, level=level, place=place)
        took[target.person] += round(1000 * (time.monotonic() - began))
        return outcome

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        outcomes = list(threads.map(probe, enumerate(targets)))
    answers = run.answers("sqlmap")
    for person in dict.fromkeys(target.person for target in targets):
        mine = [outcome for outcome in outcomes if outcome and outcome.target.person == person]
        left = sum(target.person == person for target in targets) - len(mine)
        names = sum(max(1, len(outcome.target.tried)) for outcome in mine)
        unclear = [outcome for outcome in mine if outcome.unclear]
        run.wrong += [f"unclear: {one.target.method} {one.target.path} as {person}: {one.unclear}" for one in unclear]
        real = run.judge([finding for outcome in mine for finding in outcome.findings])
        print(
            f"sqlmap, {person}: {answers[person].total()} requests at {len(mine)} targets ({names} names), "
            f"answers {dict(sorted(answers[person].items()))}, {took[person] / 1000:.0f} s, {real} findings, "
            f"{len(unclear)} unclear, {left} left for want of time", flush=True,
        )  # fmt: skip


def wapiti(run: Run, people: tuple[str, ...], sinkhole: str, seconds: float) -> None:
    """Each role for so long; a line for each."""
    for person in people:
        began = time.monotonic()
        found, unclear = tools.wapiti(run.desk, person, sinkhole, seconds=seconds)
        real = run.judge(found)
        run.wrong += [f"wapiti as {person}: {unclear}"] if unclear else []
        answers = run.answers("wapiti")[person]
        print(
            f"wapiti, {person}: {answers.total()} requests, answers {dict(sorted(answers.items()))}, "
            f"{time.monotonic() - began:.0f} s, {real} findings, {len(found) - real} explained"
            f"{', unclear' * bool(unclear)}", flush=True,
        )  # fmt: skip


def still_in(run: Run, people: tuple[str, ...]) -> list[str]:
    """Whose session has ended meanwhile: then the tools stood before the door."""
    ended = []
    for person in people:
        answer = httpx.get(f"{run.desk.address}/accounts/me/", headers={"Cookie": run.desk.cookie(person)})
        ended += [] if answer.status_code == 200 else [f"{person} is not signed in any more: {answer.status_code}"]
    return ended


def sound() -> list[str]:
    """What `jingming check` finds wrong, and the seals of the audit."""
    wrong = []
    for command in (("check",), ("audit", "verify")):
        ended = subprocess.run(
            [sys.executable, "-m", "jingming.cli", *command], capture_output=True, text=True, check=False
        )
        if ended.returncode:
            wrong.append(f"jingming {' '.join(command)}: {(ended.stdout + ended.stderr)[-600:]}")
    return wrong


def main() -> int:
    """0 if nothing is wrong."""
    parser = argparse.ArgumentParser(prog="make probes", description="Let sqlmap and wapiti attack the served desk.")
    parser.add_argument("--quick", action="store_true", help="level 1, each name by one role, 12 minutes of wapiti")
    parser.add_argument("--level", type=int, help="of sqlmap: 3, or 1 where it is quick")
    parser.add_argument("--minutes", type=float, default=0, help="for everything; 0 is as long as it takes")
    parser.add_argument("--without", action="append", default=[], choices=("sqlmap", "wapiti", "holes"))
    asked = parser.parse_args()
    level = asked.level or (1 if asked.quick else 3)
    for_wapiti = 60 * (asked.minutes * FOR_WAPITI or (12 if asked.quick else 240))
    os.environ.setdefault("JINGMING_PORT", "8830")
    os.environ["PROBES_EACH"] = "0" if asked.quick else "1"
    began = time.monotonic()
    until = began + 60 * asked.minutes if asked.minutes else float("inf")
    try:
        run = _attacked(asked.without, level, until, for_wapiti)
    finally:
        installation.tidy()
    for why, count in run.waived.items():
        print(f"explained {count} times: {why}")
    print("\n".join(run.wrong[:200]) if run.wrong else "Nothing was found.")
    print(f"{time.monotonic() - began:.0f} s in all")
    return 1 if run.wrong else 0


def _attacked(without: list[str], level: int, until: float, for_wapiti: float) -> Run:
    home = installation.prepare(build)
    from tests.probes import unharmed

    ways: dict[str, Any] = json.loads((home / "ways.json").read_text())
    run = Run(Desk(installation.address(), ways["cookies"], ways["tokens"], home), home / "notes")
    run.notes.mkdir(mode=0o777)
    with tools.sinkhole() as (sinkhole, came):
        environ = {
            "DJANGO_SETTINGS_MODULE": "tests.probes.served", "PROBES_NOTES": str(run.notes),
            "PROBES_SINKHOLE": sinkhole,
        }  # fmt: skip
        with installation.serving(**environ):
            before = unharmed.state()
            steps: dict[str, Callable[[], None]] = {
                "holes": lambda: holes_are_found(run, sinkhole, came, level),
                "sqlmap": lambda: sqlmap(run, level, until - for_wapiti if until < float("inf") else until),
                "wapiti": lambda: wapiti(run, ROLES, sinkhole, for_wapiti / len(ROLES)),
            }
            for name, step in steps.items():
                if name not in without:
                    step()
            run.wrong += still_in(run, ROLES)
            run.wrong += [f"the server has gone to {one}" for one in came]
            run.wrong += unharmed.harm(before, unharmed.state())
            run.wrong += sound()
    run.wrong += run.faults()
    shutil.rmtree(KEPT, ignore_errors=True)
    for tool in ("sqlmap", "wapiti", "notes"):
        if (home / tool).exists():
            shutil.copytree(home / tool, KEPT / tool)
    return run


if __name__ == "__main__":
    sys.exit(main())
