"""The embedded server among processes that come, share it, and are killed. Every server here is a real one."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString, cast

import psycopg
import pytest

from jingming.database import cluster as clusters
from jingming.database import ground
from jingming.database.embedded import EmbeddedServerError, attach
from jingming.database.processes import postmaster_of
from jingming.database.tests.workbench import in_memory

ROOT = Path(__file__).resolve().parents[3]
PATH = f"{ROOT}:{ground.find_binaries().parent.parent}"  # of another account's Python too
AS_ROOT = os.geteuid() == 0
USER = """
import json, sys
from pathlib import Path
from jingming.database.embedded import attach
server = attach(Path(sys.argv[1]), durable=sys.argv[2] == 'True')
print(json.dumps({role: server.url(role) for role in ("owner", "app", "superuser")}), flush=True)
sys.stdin.read()
"""


class User:
    """Another process that uses the server of a home until it is told to go or killed."""

    def __init__(
        self, home: Path, *, durable: bool = False, python: str = sys.executable, account: ground.RunAs | None = None
    ) -> None:
        self.process = subprocess.Popen(
            [python, "-c", USER, str(home), str(durable)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, cwd="/", env={**os.environ, "PYTHONPATH": PATH},
            **(account or {}),
        )  # fmt: skip
        self._urls: dict[str, str] = {}

    @property
    def urls(self) -> dict[str, str]:
        assert self.process.stdout is not None
        if not self._urls:
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read() if self.process.stderr else ""
            self._urls = cast(dict[str, str], json.loads(line))
        return self._urls

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def leave(self) -> str:
        """End in order; what it had to say."""
        _, said = self.process.communicate("")
        assert self.process.returncode == 0, said
        return said


@pytest.fixture
def directory() -> Iterator[Path]:
    """A directory that other accounts may enter, unlike pytest's own."""
    path = Path(tempfile.mkdtemp(prefix="jingming-test-", dir=in_memory() or "/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def home(directory: Path) -> Iterator[Path]:
    yield directory / "postgres"
    if cluster := clusters.existing(directory / "postgres"):
        assert soon(lambda: not running(cluster), seconds=20), "the server outlived its users"


def soon(true: Callable[[], object], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False


def of(home: Path) -> clusters.Cluster:
    cluster = clusters.existing(home)
    assert cluster is not None
    return cluster


def running(cluster: clusters.Cluster) -> bool:
    return postmaster_of(cluster) is not None


def guardian_of(cluster: clusters.Cluster) -> int:
    """The process id of the guardian, found by its command line."""
    words = f"jingming.database.guardian\0{cluster.home}\0".encode()
    found = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and words in _words(entry)]
    assert len(found) == 1, found
    return found[0]


def kill_guardian(cluster: clusters.Cluster) -> None:
    pid = guardian_of(cluster)
    os.kill(pid, signal.SIGKILL)
    assert soon(lambda: _has_ended(pid))


def _has_ended(pid: int) -> bool:
    """Whether nothing of the process is left that holds a lock: its memory goes before its files do."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] in "ZX"
    except OSError:
        return True


def _words(entry: Path) -> bytes:
    try:
        return (entry / "cmdline").read_bytes()
    except OSError:
        return b""


def ask(url: str, question: LiteralString) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def do(url: str, *acts: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for act in acts:
            connection.execute(act)


def test_four_racing_first_starts_share_one_server_that_ends_with_the_last_of_them(home: Path) -> None:
    users = [User(home) for _ in range(4)]
    identity = "SELECT system_identifier || ' ' || pg_postmaster_start_time() FROM pg_control_system()"
    assert len({ask(user.urls["superuser"], identity) for user in users}) == 1

    users[0].kill()
    said = [user.leave() for user in users[1:3]]
    assert ask(users[3].urls["app"], "SELECT 1") == 1
    said.append(users[3].leave())

    assert sum("Making a new database" in words for words in said) <= 1
    assert soon(lambda: not running(of(home)), seconds=5)


def test_a_killed_user_takes_nothing_from_the_others_and_the_last_killed_one_stops_the_server(home: Path) -> None:
    first, second = User(home), User(home)
    do(first.urls["owner"], "CREATE TABLE fact (id int)", "INSERT INTO fact VALUES (1)")
    assert second.urls

    first.kill()
    time.sleep(1)
    assert ask(second.urls["owner"], "SELECT count(*) FROM fact") == 1

    second.kill()
    assert soon(lambda: not running(of(home)), seconds=5)


def test_a_killed_server_is_started_again_for_its_users_and_keeps_what_was_committed(home: Path) -> None:
    with attach(home) as server:
        do(server.url("owner"), "CREATE TABLE fact (id int)", "INSERT INTO fact SELECT generate_series(1, 1000)")
        old = postmaster_of(of(home))
        assert old is not None

        os.kill(old, signal.SIGKILL)

        assert soon(lambda: postmaster_of(of(home)) not in {old, None})
        with attach(home) as again:
            assert ask(again.url("owner"), "SELECT count(*) FROM fact") == 1000


def test_after_everything_was_killed_the_next_attach_recovers(home: Path) -> None:
    user = User(home, durable=True)
    do(user.urls["owner"], "CREATE TABLE fact (id int)", "INSERT INTO fact SELECT generate_series(1, 1000)")
    guardian, postmaster = guardian_of(of(home)), postmaster_of(of(home))
    assert postmaster is not None

    for pid in (guardian, postmaster, user.process.pid):
        os.kill(pid, signal.SIGKILL)
    user.process.communicate()

    with attach(home) as server:
        assert ask(server.url("owner"), "SELECT count(*) FROM fact") == 1000


def test_a_process_number_that_now_belongs_to_a_stranger_does_not_stop_the_start(home: Path) -> None:
    user = User(home)
    assert user.urls
    cluster = of(home)
    guardian, postmaster = guardian_of(cluster), postmaster_of(cluster)
    assert postmaster is not None
    for pid in (guardian, postmaster, user.process.pid):
        os.kill(pid, signal.SIGKILL)
    user.process.communicate()
    stranger = subprocess.Popen(["/bin/sleep", "60"], cwd="/", **cluster.account.switch)
    lines = cluster.postmaster_file()
    (cluster.data / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:], ""]))

    with attach(home, durable=False) as server:
        assert ask(server.url("app"), "SELECT 1") == 1

    stranger.kill()
    stranger.wait()


def test_without_its_guardian_the_server_goes_on_and_still_stops_with_its_last_user(home: Path) -> None:
    user = User(home)
    started = ask(user.urls["app"], "SELECT pg_postmaster_start_time()")
    kill_guardian(of(home))

    later = User(home)
    assert ask(later.urls["app"], "SELECT pg_postmaster_start_time()") == started
    kill_guardian(of(home))
    later.kill()
    user.leave()

    assert soon(lambda: not running(of(home)), seconds=5)


def test_coming_while_the_server_is_being_stopped_never_fails(home: Path) -> None:
    for pause in (0.4, 0.5, 0.6, 0.7, 0.8):
        User(home).leave()
        time.sleep(pause)
        pair = [User(home), User(home)]
        assert [ask(user.urls["app"], "SELECT 1") for user in pair] == [1, 1]
        for user in pair:
            user.leave()


def test_a_program_started_by_a_user_does_not_keep_the_server_alive(home: Path) -> None:
    with attach(home, durable=False):
        program = subprocess.Popen(["/bin/sleep", "60"], close_fds=False)
    stopped = soon(lambda: not running(of(home)), seconds=5)
    program.kill()
    program.wait()
    assert stopped


def test_a_worker_forked_from_a_user_keeps_the_server_until_it_ends(home: Path) -> None:
    server = attach(home, durable=False)
    worker = os.fork()
    if worker == 0:
        time.sleep(1.6)
        os._exit(0)
    server.release()
    time.sleep(1.2)
    assert running(of(home))
    os.waitpid(worker, 0)
    assert soon(lambda: not running(of(home)), seconds=5)


def test_a_server_that_cannot_start_says_why_and_starts_once_that_is_mended(home: Path) -> None:
    attach(home, durable=False).release()
    cluster = of(home)
    assert soon(lambda: not running(cluster))
    own = cluster.data / "own.conf"
    own.write_text("no_such_setting = 1\n")

    with pytest.raises(EmbeddedServerError, match="no_such_setting"):
        attach(home, durable=False)

    own.write_text("")
    attach(home, durable=False).release()


def test_a_database_that_has_vanished_is_not_replaced_by_an_empty_one(home: Path) -> None:
    attach(home, durable=False).release()
    cluster = of(home)
    assert soon(lambda: not running(cluster))
    cluster.data.rename(home / "elsewhere")

    with pytest.raises(EmbeddedServerError, match="is not at"):
        attach(home, durable=False)

    (home / "elsewhere").rename(cluster.data)


def test_data_of_value_is_not_put_into_a_cluster_made_for_tests(home: Path) -> None:
    attach(home, durable=False).release()
    with pytest.raises(EmbeddedServerError, match="made for tests"):
        attach(home)


def test_nobody_gets_in_without_a_password_and_the_app_creates_nothing(home: Path) -> None:
    with attach(home, durable=False) as server:
        login = server.login("superuser")
        for user in ("jingming_superuser", "jingming_owner", "jingming_app"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(host=login.host, port=login.port, user=user, dbname="jingming", passfile="/dev/null")
        for act in ("CREATE TABLE mine (id int)", "CREATE SCHEMA mine", "CREATE DATABASE mine", "CREATE ROLE mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                do(server.url("app"), act)
        facts = {name: ask(server.url("app"), f"SHOW {name}") for name in ("listen_addresses", "data_checksums")}
        assert facts == {"listen_addresses": "", "data_checksums": "on"}


def test_directories_are_private_and_those_above_are_left_alone(directory: Path) -> None:
    deep = directory / ("深" * 40) / ("d" * 80)  # 200 bytes and more: no socket path fits
    deep.mkdir(parents=True)
    deep.chmod(0o711)
    before = [stat.S_IMODE(path.stat().st_mode) for path in (directory, deep.parent, deep)]
    home = deep / "postgres"

    with attach(home, durable=False) as server:
        assert ask(server.url("app"), "SELECT 1") == 1
        socket = Path(server.login("app").host)
        private = [home, of(home).data, of(home).logs, socket]
        assert [stat.S_IMODE(path.stat().st_mode) for path in private] == [0o700] * 4
        assert stat.S_IMODE((home / "cluster.json").stat().st_mode) == 0o600
        assert len(os.fsencode(socket / ".s.PGSQL.5432")) <= 107

    assert [stat.S_IMODE(path.stat().st_mode) for path in (directory, deep.parent, deep)] == before
    assert soon(lambda: not running(of(home)) and not socket.exists()), "a socket directory in /tmp is tidied away"


def test_a_socket_directory_that_somebody_else_made_first_is_not_used(directory: Path) -> None:
    place = directory / ("d" * 120)
    place.mkdir()
    account = ground.account_for(place)
    wanted = ground.socket_directory(place, account)
    assert wanted.parent == Path("/tmp")
    wanted.rmdir()
    wanted.mkdir(mode=0o777)
    wanted.chmod(0o777)

    used = ground.socket_directory(place, account)

    assert used != wanted
    assert stat.S_IMODE(used.stat().st_mode) == 0o700
    for path in (wanted, used):
        path.rmdir()


@pytest.mark.skipif(not AS_ROOT, reason="only root hands the server to another account")
def test_started_by_root_where_no_other_account_may_enter_the_server_lives_elsewhere(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = directory / "closed"
    closed.mkdir(mode=0o700)
    shutil.copytree(ground.find_binaries(), closed / "wheel" / ground.WHEEL / ground.INSTALLATION, symlinks=True)
    shutil.copytree(
        ground.find_binaries().parent.parent / f"{ground.WHEEL}.libs", closed / "wheel" / f"{ground.WHEEL}.libs"
    )
    (closed / "wheel" / ground.WHEEL / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(closed / "wheel"))
    monkeypatch.setattr(ground, "find_binaries", lambda: closed / "wheel" / ground.WHEEL / ground.INSTALLATION)
    said: list[str] = []
    home = closed / "var" / "postgres"

    with attach(home, tell=said.append) as server:
        assert ask(server.url("app"), "SELECT 1") == 1
        cluster = of(home)
        postmaster = postmaster_of(cluster)
        assert Path(f"/proc/{postmaster}").stat().st_uid == cluster.account.uid != 0
        assert Path(f"/proc/{postmaster}/exe").readlink().is_relative_to(cluster.place / "binaries")

    assert cluster.place.parent == ground.STATE_HOME
    assert [line for line in said if str(cluster.place) in line] == said[1:]
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert soon(lambda: not running(cluster))
    shutil.rmtree(cluster.place)


@pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")
def test_an_ordinary_user_runs_the_server_as_itself(directory: Path) -> None:
    python = shutil.which("python3", path="/usr/bin") or sys.executable
    modern = subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], check=False, cwd="/")
    nobody = ground.Account("nobody", 65534, 65534)
    if modern.returncode or not all(ground.can_enter(path, nobody) for path in (ROOT, ground.find_binaries() / "bin")):
        pytest.skip("no Python that another account could run")
    os.chown(directory, nobody.uid, nobody.gid)
    user = User(directory / "postgres", python=python, account=nobody.switch)
    assert ask(user.urls["app"], "SELECT 1") == 1
    postmaster = postmaster_of(of(directory / "postgres"))
    assert Path(f"/proc/{postmaster}").stat().st_uid == nobody.uid
    user.kill()
    assert soon(lambda: not running(of(directory / "postgres")))
