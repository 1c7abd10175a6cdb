"""`make fuzz`: schemathesis over every operation of the served API, three seeds, and our own list of boundaries.

An installation of its own, with the people and things of the matrix, in a temporary directory; the whole of
`jingming serve` answers. Found faults are printed at the end, and the exit code says whether there are any.

    make fuzz                                     at least 1,000 examples for each operation and seed
    make fuzz WITH="--examples 50 --seeds 1"      a quick look
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from benchmarks import installation

HERE = Path(__file__).parent
FUZZER = Path(".venv-fuzz/bin/schemathesis")
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
MAIN = "agent1"  # may ask all operations
OTHERS = 20  # of the examples, one in so many is tried by each of the other people too


def build() -> None:
    """The company and the world of the matrix; what the fuzzer may know of it is left in a file."""
    from django.test.utils import setup_test_environment

    setup_test_environment()  # sessions are made by Django's test client
    from tests.cast import found
    from tests.matrix.world import build as fill

    found()
    world = fill()
    from jingming.codes.models import Code
    from jingming.workorders.rules import Act
    from tests.fuzz.boundaries import VALUES

    orders = [thing.names["number"] for thing in world.of("order")]
    archives = [thing.names["customer_id"] for thing in world.of("customer")]
    merges = world.of("merge")
    known = {
        "number": orders, "other": orders, "second_of": orders,
        "customer_id": archives, "customer": archives, "merged": archives,
        "merge_id": [thing.names["merge_id"] for thing in merges],
        "contact_id": [next(iter(thing.names.values())) for thing in world.of("interaction")],
        "code": [next(iter(thing.names.values())) for thing in world.of("flow")],
        "act": [act.value for act in Act], "version": [*range(1, 8)], "channel": ["phone", "app", "own_hall"],
        "type": ["repair", "complaint", "consultation", "opinion", "praise"],
        "reason": list(Code.objects.values_list("code", flat=True)[:60]), "level": ["normal", "urgent"],
        "department": ["TL-NORTH", "TL-SOUTH", "TL-OPS", "TL-BIZ", "WH-MAINT"], "kind": ["related", "duplicate"],
        "staff": ["engineer1", "engineer2", "head1", "agent1"], "unit": ["340705", "340700", "320102"],
    }  # fmt: skip
    home = Path(os.environ["JINGMING_HOME"])
    (home / "known.json").write_text(json.dumps({name: values for name, values in known.items() if values}))
    (home / "tokens.json").write_text(json.dumps(world.tokens))
    sendable = [value for value in VALUES if not isinstance(value, float)]  # not all of them are JSON
    (home / "boundaries.json").write_text(json.dumps(sendable))
    (home / "operations.json").write_text(json.dumps(_operations(world)))


def _operations(world: Any) -> list[dict[str, Any]]:
    """Every operation with a request that it takes, as the matrix declares them."""
    from config.api import api
    from tests.matrix.declared import OPERATIONS
    from tests.matrix.walking import address

    described, told = api.get_openapi_schema(), []
    for name, call in OPERATIONS.items():
        method, _, route = name.partition(" ")
        template = "/" + re.sub(r"\{\w+:", "{", route)
        operation = described["paths"][template][method.lower()]
        thing = world.of(call.of)[0] if call.of else None
        shape = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
        of = described["components"]["schemas"].get(shape.get("$ref", "").rpartition("/")[2], {})
        asked = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
        told.append({
            "method": method, "template": template, "path": address(route, thing.names if thing else {}),
            "names": {one["name"]: thing.names[one["name"]] for one in operation["parameters"] if one["in"] == "path"},
            "body": call.body, "fields": sorted(of.get("properties", {})), "asks": asked, "upload": call.upload,
        })  # fmt: skip
    return told


def boundaries(token: str, every: int) -> list[str]:
    """Our own list at every operation; what was wrong."""
    from tests.fuzz.boundaries import Operation, ask

    home = Path(os.environ["JINGMING_HOME"])
    operations = [
        Operation(**{**one, "fields": tuple(one["fields"]), "asks": tuple(one["asks"])})
        for one in json.loads((home / "operations.json").read_text())
    ]
    began = time.monotonic()
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.Client(base_url=installation.address(), headers=headers, timeout=60) as client:
        told = ask(client, operations, token, every=every)
    fewest = min(told.operations.values())
    print(
        f"boundaries: {told.asked} requests at {len(told.operations)} operations (at least {fewest} each), "
        f"{len(told.complaints)} complaints, {time.monotonic() - began:.0f} s", flush=True,
    )  # fmt: skip
    return [f"boundaries: {complaint}" for complaint in told.complaints]


def schemathesis(person: str, token: str, seed: int, examples: int, workers: int) -> list[str]:
    """One run of schemathesis as one person; what was wrong."""
    home = Path(os.environ["JINGMING_HOME"])
    answered, report = home / f"answered-{person}-{seed}.json", home / f"report-{person}-{seed}.xml"
    answered.write_text("{}")
    environ = {
        "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "HOME": str(home),
        "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py"), "FUZZ_KNOWN": str(home / "known.json"),
        "FUZZ_BOUNDARIES": str(home / "boundaries.json"), "FUZZ_ANSWERED": str(answered),
    }  # fmt: skip
    command = [
        str(FUZZER.absolute()), "run", f"{installation.address()}/api/v1/openapi.json", "--checks", CHECKS,
        "--header", f"Authorization: Bearer {token}", "--seed", str(seed), "--max-examples", str(examples),
        "--phases", "examples,coverage,fuzzing", "--mode", "all", "--workers", str(workers), "--continue-on-failure",
        "--suppress-health-check", "all", "--generation-database", "none", "--request-timeout", "60", "--no-color",
        "--warnings", "off", "--report", "junit", "--report-junit-path", str(report), "--no-shrink",
    ]  # fmt: skip
    began = time.monotonic()
    ended = subprocess.run(command, env=environ, cwd=home, capture_output=True, text=True, check=False)
    counts: Counter[str] = Counter(json.loads(answered.read_text()))
    by_operation: Counter[str] = Counter()
    by_status: Counter[str] = Counter()
    for label, count in counts.items():
        by_operation[label.rpartition(" ")[0]] += count
        by_status[label.rpartition(" ")[2]] += count
    fewest = min(by_operation.values(), default=0)
    took = time.monotonic() - began
    print(
        f"{person}, seed {seed}: {counts.total()} requests at {len(by_operation)} operations (at least {fewest} each), "
        f"answers {dict(sorted(by_status.items()))}, exit {ended.returncode}, {took:.0f} s", flush=True,
    )  # fmt: skip
    if ended.returncode:
        (home / f"said-{person}-{seed}.txt").write_text(ended.stdout + ended.stderr)
        told = ended.stdout.partition("= FAILURES =")[2] or ended.stdout[-6000:] + ended.stderr[-2000:]
        return [f"{person}, seed {seed}:\n{told[:60_000]}"]
    return []


def main() -> int:
    """0 if nothing is wrong."""
    parser = argparse.ArgumentParser(prog="make fuzz", description="Fuzz the served API.")
    parser.add_argument("--examples", type=int, default=1000, help="for each operation and seed")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first", type=int, default=1, help="the first seed; so that machines can share them")
    parser.add_argument("--workers", type=int, default=1, help="more than one makes hypothesis stumble now and then")
    parser.add_argument("--others", type=int, default=None, help="examples for each of the other people")
    parser.add_argument("--every", type=int, default=1, help="of the boundaries, one in so many")
    parser.add_argument("--without-boundaries", action="store_true", help="schemathesis alone")
    asked = parser.parse_args()
    os.environ.setdefault("JINGMING_PORT", "8790")
    others = asked.others if asked.others is not None else max(1, asked.examples // OTHERS)
    found: list[str] = []
    try:
        home = installation.prepare(build)
        tokens = json.loads((home / "tokens.json").read_text())
        with installation.serving():
            for seed in range(asked.first, asked.first + asked.seeds):
                found += schemathesis(MAIN, tokens[MAIN], seed, asked.examples, asked.workers)
            if not asked.without_boundaries:
                found += boundaries(tokens[MAIN], asked.every)
            for person in sorted(tokens.keys() - {MAIN}) if others else ():
                found += schemathesis(person, tokens[person], 1, others, asked.workers)
    finally:
        installation.tidy()
    print("\n".join(found[:200]) if found else "Nothing was found.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
