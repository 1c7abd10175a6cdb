"""sqlmap and wapiti as processes of their own: how each is called, and what it says it has found."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

ROLES = ("agent1", "head1", "inspector1", "sysadmin1")  # the lowest of each kind of work first
KINDS = QUERY, WORDS, ADDRESS, BODY, FORM = "query", "words", "address", "body", "form"  # in this order they are tried
BIN = Path(".venv-probes/bin").absolute()
FORM_TOKEN = "A" * 32  # of the cookie and of the header: to a browser of the same site they are one
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # wapiti gives up where its own little database has to wait
LONGEST = 600.0  # seconds for one target of sqlmap
MARK = "*"  # where sqlmap puts what it tries
FOUND = re.compile(r"^Parameter: (?P<name>.+)\n(?P<ways>(?:    .*\n|\n)+)", re.MULTILINE)
CLEAN = "all tested parameters do not appear to be injectable"
# Of wapiti; left out are those that look for other products, for names in DNS, and for weak passwords.
MODULES = ("sql", "timesql", "xss", "permanentxss", "file", "exec", "crlf", "redirect", "ssrf", "xxe", "csrf",
           "methods", "http_headers", "cookieflags", "csp", "upload", "htaccess", "backup", "ldap",
           "shellshock")  # fmt: skip
HOLE_MODULES = ("sql", "xss", "permanentxss", "file", "redirect", "ssrf", "csrf")
# What would end the session of whoever is probing, or shut the door behind them. sqlmap asks there too, and is undone.
KEPT_OFF = ("accounts/logout/*", "accounts/sessions/*", "accounts/switch/*", "accounts/password/*",
            "accounts/second-factor/*", "static*", "planted/*")  # fmt: skip


@dataclass(frozen=True)
class Target:
    """One request of one person, and the names in it that are tried."""

    person: str
    where: str  # the route, or method and route of an operation
    kind: str
    method: str
    path: str
    values: Mapping[str, Any] = field(default_factory=dict)
    tried: tuple[str, ...] = ()

    @property
    def data(self) -> str:
        """What is sent in the body."""
        return json.dumps(self.values) if self.kind == BODY else urlencode(self.values, doseq=True)

    @property
    def key(self) -> tuple[object, ...]:
        """What two targets have in common that ask the same; each act reads fields of its own."""
        act = self.path.rstrip("/").rpartition("/")[2] if self.where.endswith("<str:act>/") else ""
        return self.where, self.kind, act, frozenset(self.tried)


# wapiti names hosts of others in what it sends; should it ever ask one itself, it gets no further than a shut port.
NOWHERE_ELSE = {"NO_PROXY": "127.0.0.1", "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}


@dataclass(frozen=True)
class Finding:
    """What a tool says is wrong, in its own words."""

    tool: str
    person: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.tool} as {self.person} at {self.where}: {self.what}"


@dataclass
class Outcome:
    """What came of one target of sqlmap: `unclear` says why it cannot be told."""

    target: Target
    findings: list[Finding] = field(default_factory=list)
    unclear: str = ""


@dataclass(frozen=True)
class Desk:
    """The installation that is attacked, and how one comes in."""

    address: str
    cookies: dict[str, str]
    tokens: dict[str, str]
    home: Path

    def cookie(self, person: str) -> str:
        return f"sessionid={self.cookies[person]}; csrftoken={FORM_TOKEN}"


def _environ(home: Path, **more: str) -> dict[str, str]:
    """Nothing of ours."""
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(home), "TMPDIR": str(home), **more}


# --- sqlmap ---------------------------------------------------------------------------------------------------------
def sqlmap(desk: Desk, target: Target, *, level: int, place: int, longest: float = LONGEST) -> Outcome:
    """Try every name of the target."""
    kept = desk.home / "sqlmap" / str(place)
    kept.mkdir(parents=True)
    command = [
        str(BIN / "sqlmap"), *_request(desk, target), "--batch", "--disable-coloring", "--dbms", "PostgreSQL",
        "--level", str(level), "--risk", "1", "--technique", "BEUST", "--time-sec", "2", "--flush-session",
        "--ignore-redirects", "--ignore-code", "*", "--drop-set-cookie", "--skip-waf",
        "--timeout", "60", "--output-dir", str(kept / "kept"),
    ]  # fmt: skip
    try:
        ended = subprocess.run(
            command, env=_environ(kept), cwd=kept, capture_output=True, text=True, check=False, timeout=longest,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Outcome(target, unclear=f"not done after {longest:.0f} seconds")
    (kept / "said.txt").write_text(ended.stdout + ended.stderr)
    return read(target, ended.stdout)


def _request(desk: Desk, target: Target) -> list[str]:
    """The target as sqlmap is told of it."""
    api = target.path.startswith("/api/") or target.kind == BODY
    url, more = desk.address + quote(target.path, safe="/?&=%:@+,;~-_."), []
    headers = [f"Probe: sqlmap {target.person}", "Accept-Language: en"]
    headers += [f"Authorization: Bearer {desk.tokens[target.person]}"] if api else [f"X-CSRFToken: {FORM_TOKEN}"]
    if target.kind == QUERY:
        url += f"?{urlencode(target.values, doseq=True)}"
    elif target.kind == WORDS:
        headers.append(f"Jingming-Asked: {target.values['q']}{MARK}")
    elif target.kind == ADDRESS:
        url = url.rstrip("/") + MARK + "/" * url.endswith("/")
    if target.kind in (BODY, FORM):
        more += ["--data", target.data]
        headers += ["Content-Type: application/json"] if target.kind == BODY else []
    if target.kind in (QUERY, FORM):
        more += ["-p", ",".join(target.tried)]
    elif target.kind in (WORDS, ADDRESS):
        more += ["--skip", "user-agent,referer,host,cookie"]
    if not api:
        more += ["--cookie", desk.cookie(target.person)]
    return ["-u", url, "--method", target.method, *more, *(word for header in headers for word in ("-H", header))]


def read(target: Target, said: str) -> Outcome:
    """What sqlmap has said about a target."""
    if "identified the following injection point" in said:
        ways = [" ".join(found["ways"].split())[:300] for found in FOUND.finditer(said)]
        names = [found["name"] for found in FOUND.finditer(said)]
        told = [f"{name}: {way}" for name, way in zip(names, ways, strict=True)] or [said[-600:]]
        where = f"{target.method} {target.path} ({target.kind})"
        return Outcome(target, [Finding("sqlmap", target.person, where, one) for one in told])
    if CLEAN in said:
        return Outcome(target)
    last = [line for line in said.splitlines() if "[CRITICAL]" in line or "[ERROR]" in line]
    return Outcome(target, unclear=" ".join(last)[-300:] or said[-300:])


# --- wapiti ---------------------------------------------------------------------------------------------------------
def wapiti(
    desk: Desk, person: str, sinkhole: str, *, seconds: float, start: str = "/", modules: tuple[str, ...] = MODULES
) -> tuple[list[Finding], str]:
    """Walk everything that the person can reach below `start` and attack it; what was found, and why it cannot be
    told if it cannot. A third of the time is for walking, the rest for the modules one after the other."""
    kept = desk.home / "wapiti" / f"{person}{start.replace('/', '-')}"
    kept.mkdir(parents=True)
    report = kept / "report.json"
    store = tempfile.mkdtemp(prefix="jingming-wapiti-", dir=MEMORY)
    command = [
        str(BIN / "wapiti"), "-u", desk.address + start, "--scope", "folder", "-m", ",".join(modules),
        "-C", desk.cookie(person), "-H", f"Probe: wapiti {person}", "-H", "Accept-Language: en", "--no-bugreport",
        "--endpoint", sinkhole, "--flush-session", "--store-session", store, "--store-config", store,
        "--max-scan-time", f"{seconds / 3:.0f}", "--max-attack-time", f"{seconds * 2 / 3 / len(modules):.0f}",
        "--max-links-per-page", "60", "--max-files-per-dir", "40", "-d", "6", "-S", "normal", "--tasks", "1",
        "-t", "20", "-v", "0", "-f", "json", "-o", str(report),
    ]  # fmt: skip
    if start == "/":
        command += [word for path in KEPT_OFF for word in ("-x", f"{desk.address}/{path}")]
    began = time.monotonic()
    try:
        ended = subprocess.run(
            command, env=_environ(kept, **NOWHERE_ELSE), cwd=kept, capture_output=True, text=True, check=False,
            timeout=seconds * 2 + 120, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [], f"not done after {time.monotonic() - began:.0f} seconds"
    finally:
        shutil.rmtree(store, ignore_errors=True)
    (kept / "said.txt").write_text(ended.stdout + ended.stderr)
    if not report.exists():
        return [], (ended.stdout + ended.stderr)[-600:]
    return list(reported(person, json.loads(report.read_text(encoding="utf-8")))), ""


def reported(person: str, report: dict[str, Any]) -> Iterator[Finding]:
    """The findings of a report of wapiti."""
    for category, found in {**report["vulnerabilities"], **report["anomalies"]}.items():
        for one in found:
            yield Finding(
                "wapiti", person, f"{one['method']} {one['path']}", f"{category}: {' '.join(one['info'].split())}"
            )


# --- Where nothing of ours may go -----------------------------------------------------------------------------------
@contextmanager
def sinkhole() -> Iterator[tuple[str, list[str]]]:
    """An address on this machine, and what has come there. wapiti asks it what has come, and hears: nothing; we look
    ourselves."""
    came: list[str] = []

    class Hole(BaseHTTPRequestHandler):
        def _hear(self) -> None:
            if self.path.startswith(("/get_ssrf.php", "/get_xxe.php")):
                self._say(b"{}", "application/json")
                return
            came.append(f"{self.command} {self.path}")
            self._say(b"", "text/plain")

        do_GET = do_POST = do_HEAD = do_PUT = _hear  # noqa: N815  # as the library calls them

        def _say(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Hole) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", came
        finally:
            server.shutdown()
