"""The world, standing: built once for all tests, and cloned for each module that walks it. A pytest plugin."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import psycopg
import pytest
from django.template import loader
from django.utils import translation
from django.views import defaults
from psycopg import sql
from pytest_django.plugin import DjangoDbBlocker

from jingming.database.address import OWNER
from jingming.database.tests.workbench import Workbench
from tests.cast import forget_everything
from tests.matrix.things import World
from tests.matrix.walking import Walker
from tests.matrix.world import build


@pytest.fixture(scope="session")
def _standing_world(
    django_db_setup: None,  # first, so that it is what the next tests return to
    _files_of_tests: None,
    _workbench: tuple[Workbench, str],
    founded: str,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[tuple[str, World]]:
    bench, _ = _workbench
    with django_db_blocker.unblock(), bench.clone(founded) as database:
        forget_everything()
        with translation.override("en"):
            world = build()
        forget_everything()
        bench.put_aside(database.name)
        _spread_ids(bench.url(OWNER, database.name))
        with django_db_blocker.block():
            yield database.name, world


def _spread_ids(owner_url: str) -> None:
    """Let each table count on from a number of its own: no new id is also an old one of another table."""
    with psycopg.connect(owner_url) as connection:
        for place, (schema, name) in enumerate(connection.execute(SEQUENCES).fetchall(), start=1):
            connection.execute(
                sql.SQL("SELECT setval({}, last_value + {}) FROM {}").format(
                    sql.Literal(f"{schema}.{name}"), sql.Literal(place * 10_000_000), sql.Identifier(schema, name)
                )
            )


SEQUENCES = """
    SELECT schemaname, sequencename FROM pg_sequences
    WHERE schemaname = 'public' ORDER BY sequencename
"""


@pytest.fixture(scope="module")
def world(
    _standing_world: tuple[str, World], _workbench: tuple[Workbench, str], django_db_blocker: DjangoDbBlocker
) -> Iterator[World]:
    """The world in a database of this module's own. Tests undo what they do: `tests.matrix.walking.undone`."""
    name, built = _standing_world
    with django_db_blocker.unblock(), _workbench[0].clone(name):
        forget_everything()
        yield built
        forget_everything()


class Refusals:
    """What stands for the template of 404, without the frame of the desk: three of four answers of the matrix are one,
    and the frame, the same around each of them, took a fifth of its time. Where `framed`, it stands around them."""

    framed = False

    def get_template(self, name: str) -> object:
        return self if name == "404.html" and not self.framed else loader.get_template(name)

    def render(self, context: dict[str, object], _request: object) -> str:
        return f"<p>{context['request_path']}</p>"


@pytest.fixture(scope="module")
def refusals() -> Iterator[Refusals]:
    """How 404 looks to those who walk."""
    with pytest.MonkeyPatch.context() as patch:
        plain = Refusals()
        patch.setattr(defaults, "loader", plain)
        yield plain


@pytest.fixture(scope="module")
def walker(world: World, refusals: Refusals) -> Walker:
    """Walks addresses as everybody, and tells what is wrong."""
    assert not refusals.framed
    return Walker(world)


@pytest.fixture(autouse=True, scope="session")
def _refusals_are_not_news() -> None:
    """Thousands of refusals are asked for here; a log of each would bury what is wrong."""
    logging.getLogger("django.request").setLevel(logging.CRITICAL)
