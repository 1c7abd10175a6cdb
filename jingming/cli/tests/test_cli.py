"""The command line: results on stdout, one sentence on stderr, and an exit code that scripts can trust."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from ipaddress import IPv4Network, ip_network
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from jingming.accounts.models import ApiToken, Staff
from jingming.accounts.queries import person_by_token
from jingming.cli import main
from jingming.database.tests.workbench import OwnDatabase
from jingming.organisation.models import Unit
from jingming.workorders.models import WorkOrder

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process: exit code, stdout, stderr."""
    monkeypatch.setenv("LANG", "C.UTF-8")
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        code = 0
        try:
            main(arguments)
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def process(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command as a process with nothing of ours in its environment but this."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JINGMING_")}
    root = str(Path(__file__).resolve().parents[3])
    return subprocess.run(
        [sys.executable, "-P", "-m", "jingming.cli", *arguments],
        env={**kept, "PYTHONPATH": root, **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_the_menu_needs_no_database(tmp_path: Path):
    shown = process("--help", JINGMING_HOME=str(tmp_path))
    assert shown.returncode == 0
    for word in ("serve", "migrate", "import", "demo", "user", "token", "check", "config"):
        assert re.search(rf"^  {word} ", shown.stdout, re.MULTILINE), word
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_in_the_environment_is_told_in_one_sentence(tmp_path: Path):
    told = process("config", JINGMING_HOME=str(tmp_path), JINGMING_PROT="1")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("jingming: unknown variable JINGMING_PROT. Known are: ")
    assert told.stderr.count("\n") == 1


def test_a_server_that_does_not_answer_is_told_in_one_sentence(tmp_path: Path):
    nowhere = "postgresql://somebody:secret-word@127.0.0.1:1/none"
    told = process("token", "agent1", JINGMING_HOME=str(tmp_path), JINGMING_DATABASE_URL=nowhere)
    assert told.returncode == 1
    assert told.stderr.startswith("jingming: The database does not answer: ")
    assert "Traceback" not in told.stderr
    assert "secret-word" not in told.stderr


def test_an_unknown_command_or_option_is_asked_wrongly(run: Run):
    assert run("dance")[0] == 2
    assert run("serve", "gateway")[0] == 2
    assert run("token")[0] == 2


def test_config_shows_what_is_set_but_no_secret(tmp_path: Path):
    told = process(
        "config",
        JINGMING_HOME=str(tmp_path),
        JINGMING_PORT="8123",
        JINGMING_SECRET_KEY="a-very-secret-key",
        JINGMING_DATABASE_URL="postgresql://u:hidden@h/d",
    )
    assert told.returncode == 0
    assert re.search(r"JINGMING_PORT +8123 +Port of the desk", told.stdout)
    assert re.search(r"JINGMING_SECRET_KEY +\(set\)", told.stdout)
    assert "hidden" not in told.stdout
    assert "a-very-secret-key" not in told.stdout


def test_token_prints_a_token_that_works_and_nothing_else(run: Run, agent: Staff):
    code, out, err = run("token", agent.username)
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    assert person_by_token(out.strip(), timezone.now()) == agent


def test_nobody_gets_a_token_for_somebody_unknown_or_switched_off(run: Run, agent: Staff):
    before = ApiToken.objects.count()
    Staff.objects.filter(pk=agent.pk).update(is_active=False)
    assert run("token", agent.username) == (
        1,
        "",
        f"jingming: {agent.username} is switched off; a token would not work.\n",
    )
    assert run("token", "nobody") == (
        1,
        "",
        "jingming: Nobody signs in as nobody. See: jingming user list --all\n",
    )
    assert ApiToken.objects.count() == before


def test_refusals_come_in_the_language_of_the_terminal(run: Run, agent: Staff, monkeypatch: pytest.MonkeyPatch):
    short = ("user", "password", agent.username, "--password-stdin")
    assert "too short" in run(*short, stdin="x\n")[2]
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    assert "密码" in run(*short, stdin="x\n")[2]


def test_a_person_is_added_with_a_role_given_a_password_and_switched_off(run: Run, agent: Staff):
    known = agent.department.code
    add = ("user", "add", "newhead", "--name", "新任", "--number", "99001", "--department", known, "--role", "head")
    assert run(*add, "--password-stdin", stdin="a good long password\n") == (0, "newhead can sign in.\n", "")
    person = Staff.objects.get(username="newhead")
    assert person.check_password("a good long password")
    assert [(post.role.code, post.scope) for post in person.posts.all()] == [("head", "department")]
    assert re.search(r"newhead +99001 +新任 +" + re.escape(known) + " +head", run("user", "list")[1])

    assert run("user", "password", "newhead", "--password-stdin", stdin="another long password\n")[0] == 0
    person.refresh_from_db()
    assert person.check_password("another long password")

    assert run("user", "disable", "newhead") == (0, "newhead is switched off.\n", "")
    assert "newhead" not in run("user", "list")[1]
    assert "newhead (switched off)" in run("user", "list", "--all")[1]


def test_a_person_who_cannot_be_added_leaves_nothing_behind(run: Run, agent: Staff):
    before = Staff.objects.count()
    known = agent.department.code
    add = ("user", "add", "newhead", "--name", "新任", "--number", "99001", "--password-stdin", "--department")
    for more, stdin, told in [
        ((known,), "short\n", "password is too short"),
        (("NOWHERE",), "a good long password\n", "There is no department NOWHERE. There are: "),
        ((known, "--role", "king"), "a good long password\n", "There is no role king. There are: "),
    ]:
        code, out, err = run(*add, *more, stdin=stdin)
        assert (code, out) == (1, "")
        assert told in err
        assert err.count("\n") == 1
    assert Staff.objects.count() == before


def test_the_first_person_of_an_installation_gets_a_head_office(run: Run, own_database: OwnDatabase):
    add = ("user", "add", "root1", "--name", "管理员", "--number", "1", "--department", "IT", "--role", "sysadmin")
    assert run(*add, "--scope", "all", "--password-stdin", stdin="a good long password\n")[0] == 0
    person = Staff.objects.get()
    assert (person.department.code, person.department.unit.level) == ("IT", "hq")


def test_check_says_what_is_right_and_what_is_not(run: Run, own_database: OwnDatabase):
    code, out, _ = run("check")
    assert code == 1  # no worker is at work here
    assert out.splitlines() == [
        "✓ The settings are sound.",
        "✓ The database answers.",
        "✓ The database is at this version.",
        "✓ The application can neither change nor remove history and audit.",
        "✗ No worker has been heard of for a minute; events are kept, but nothing reacts to them.",
        "✓ The data keys are those of the installation.",
        "✓ The newest block of the audit is the one that was sealed last.",
        "✓ Codes, roles and types are there.",
    ]


@pytest.mark.parametrize(("proxies", "missed"), [((), 1), ((ip_network("127.0.0.1"),), 0)])
def test_check_misses_the_proxies_where_browsers_come_by_https(
    run: Run, own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch, proxies: tuple[IPv4Network, ...], missed: int
):
    monkeypatch.setattr(settings, "SESSION_COOKIE_SECURE", True)
    monkeypatch.setattr(settings, "PROXIES", proxies)
    _code, out, _ = run("check")
    assert out.count("Set JINGMING_PROXIES") == missed


def test_the_demo_is_loaded_once_and_a_company_is_left_alone(
    run: Run, own_database: OwnDatabase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    code, told, said = run("demo", "--scale", "0.0005")
    assert (code, told) == (0, "")
    assert re.search(r"\d+ customers with \d+ service points, \d+ orders with \d+ events\.", said)
    loaded = WorkOrder.objects.count()
    assert loaded > 100

    assert run("demo", "--once") == (0, "", "")
    code, _told, said = run("demo", "--scale", "0.0005", "--seed", "2")
    assert (code, "There is a company here already" in said) == (0, True)
    assert WorkOrder.objects.count() == loaded


def test_a_demo_that_cannot_be_is_refused_in_one_sentence(run: Run, own_database: OwnDatabase):
    for arguments in (("--scale", "2"), ("--scale", "0.01", "--orders", "12")):
        code, told, said = run("demo", *arguments)
        assert (code, told, said.count("\n")) == (1, "", 1), said
    assert not Unit.objects.exists()
