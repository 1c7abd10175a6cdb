"""Which of several databases of tests is meant."""

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from jingming.database.tests.workbench import Workbench


def meant() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return str(cursor.fetchone()[0])


@pytest.mark.usefixtures("django_test_environment")
def test_what_is_made_beneath_is_meant_only_where_it_is_named(
    _workbench: tuple[Workbench, str],  # noqa: PT019  # its value is wanted
    django_db_blocker: DjangoDbBlocker,
):
    bench, template = _workbench
    with django_db_blocker.unblock(), bench.clone(template) as above, bench.clone(template, beneath=True) as below:
        before = meant()
        with bench.meaning(below.name):
            named = meant()

        assert (before, named, meant()) == (above.name, below.name, above.name)
