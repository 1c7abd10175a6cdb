"""What every test can ask for. Tests run on real PostgreSQL, as the role the application has, and see its refusals.

- `db` (or the django_db mark): the shared database; everything is rolled back. Only the alias `default`, as the app.
- `own_database`: a fresh database for this test alone, for commits, threads, other processes; both aliases mean it.
- `live_site`: `own_database`, served over HTTP by a thread of this process; its value is the address.

pytest-django's transactional_db and live_server empty tables with TRUNCATE, which the app's role may not.
"""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from jingming.database.tests.workbench import OwnDatabase, Workbench

pytest_plugins = ["tests.cast", "tests.browser", "tests.streaming", "tests.stack"]

gc.set_threshold(50_000)  # as the served desk has it: a tenth less time

# Every machine is busy at times: no test has a deadline. HYPOTHESIS_PROFILE=thorough plays much longer.
settings.register_profile("usual", deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
settings.register_profile("thorough", settings.get_profile("usual"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


@pytest.fixture(scope="session")
def _workbench(django_db_blocker: DjangoDbBlocker) -> Iterator[tuple[Workbench, str]]:
    from django.conf import settings

    from jingming.cli.installation import bring_to_this_version

    bench = Workbench(os.environ, settings.HOME)
    with django_db_blocker.unblock():
        template = bench.template(bring_to_this_version)
    yield bench, template
    bench.close()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, _workbench: tuple[Workbench, str], django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """The database that tests with `db` share, and its name. Whoever asks for it first may stand in a module that has
    one of its own in use, which goes on to be meant."""
    bench, template = _workbench
    with django_db_blocker.unblock(), bench.clone(template, beneath=True) as database:
        yield database.name


@pytest.fixture(scope="session")
def founded(
    _quick_hashes: None, _workbench: tuple[Workbench, str], django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Name of a database in which the company has been founded, to be cloned."""
    from django.utils import translation

    from tests.cast import found

    bench, template = _workbench
    with django_db_blocker.unblock(), bench.clone(template) as database:
        with translation.override("en"):
            found()
        bench.put_aside(database.name)
        with django_db_blocker.block():
            yield database.name


@pytest.fixture
def own_database(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    _workbench: tuple[Workbench, str],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[OwnDatabase]:
    """A database of this test's own, with the company if the test asks for it; `environ` lets another process of ours
    use it."""
    if "db" in request.fixturenames or request.node.get_closest_marker("django_db"):
        pytest.fail("own_database and db are two different databases: ask for one of them")
    from django.conf import settings

    from jingming.audit.anchor import ANCHOR
    from jingming.workorders.models import flow_of

    bench, template = _workbench
    (settings.HOME / ANCHOR).unlink(missing_ok=True)  # the last test's database is gone, and what was sealed in it
    if "company" in request.fixturenames:
        template = request.getfixturevalue("founded")
    flow_of.cache_clear()  # what a process keeps of versions by their ids, another database has given to others
    with django_db_blocker.unblock(), bench.clone(template) as database:
        yield database
    flow_of.cache_clear()


@pytest.fixture
def live_site(own_database: OwnDatabase) -> Iterator[str]:
    """The address of the desk, served from `own_database`; without a stream unless a test asks for `live_stream`."""
    from tests.desk_served import served

    with served() as address:
        yield address


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """A request leaves its language to its thread: what is said outside of one would else depend on the last test."""
    from django.utils import translation

    translation.activate("en")


@pytest.fixture(autouse=True, scope="session")
def _files_of_tests(tmp_path_factory: pytest.TempPathFactory, django_test_environment: None) -> Iterator[None]:
    """Attachments of tests do not land among those of the installation."""
    from django.test import override_settings

    with override_settings(MEDIA_ROOT=Path(tmp_path_factory.mktemp("attachments"))):
        yield


@pytest.fixture(autouse=True, scope="session")
def _seconds_are_long(django_test_environment: None) -> Iterator[None]:
    """What is kept for a few seconds outlasts a test on a slow machine too, where queries are counted."""
    from jingming.base import memory
    from jingming.customers.queries import finding

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "KEPT_SECONDS", 600.0)
        patch.setattr(finding, "KNOWN_SECONDS", 86_400.0)
        yield


@pytest.fixture(autouse=True, scope="session")
def _assets_are_read_once(django_test_environment: None) -> Iterator[None]:
    """Each browser of a test reads the installation's style sheets and modules anew: 15 ms, some ten thousand times."""
    from django.conf import settings

    from jingming.ui.assets import AssetsMiddleware

    read, kept = AssetsMiddleware.add_files_from_finders, {}  # type: ignore[var-annotated]

    def once(self: AssetsMiddleware) -> None:
        known = (settings.HOME, settings.DEBUG)
        if known not in kept:
            read(self)
            kept[known] = dict(self.files)
        self.files.update(kept[known])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AssetsMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(autouse=True, scope="session")
def _logs_of_tests(django_test_environment: None) -> Iterator[None]:
    """Pytest hears what is logged; the handler of the settings holds the stderr of the first test, closed since."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        for handler in logging.getLogger().handlers:
            if type(handler) is logging.StreamHandler:
                handler.setStream(nowhere)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        mark = item.get_closest_marker("django_db")
        asked = {"transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
        if asked or (mark and mark.kwargs.get("transaction")):
            raise pytest.UsageError(f"{item.nodeid} wants to empty tables; ask for own_database or live_site instead")
