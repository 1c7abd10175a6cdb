"""From the environment to Django's DATABASES."""

from __future__ import annotations

from pathlib import Path

import pytest

from jingming.base.environment import BadConfiguration
from jingming.database.address import addresses, django_databases

HOME = Path("/srv/jingming")
APP = "postgresql://app:p%40ss@db.example:5433/service?sslmode=require"
OWNER = "postgresql://master:secret@db.example:5433/service"


def told(environ: dict[str, str], alias: str = "default") -> tuple[object, ...]:
    entry = django_databases(environ, HOME)[alias]
    return tuple(entry[word] for word in ("USER", "PASSWORD", "HOST", "PORT", "NAME"))


def test_without_an_address_the_embedded_server_is_meant_and_nothing_is_started() -> None:
    databases = django_databases({}, HOME)
    assert databases["default"]["EMBEDDED"] == {"home": "/srv/jingming/postgres", "role": "app"}
    assert databases["owner"]["EMBEDDED"] == {"home": "/srv/jingming/postgres", "role": "owner"}
    assert not HOME.exists()


def test_two_logins_are_two_roles() -> None:
    environ = {"JINGMING_DATABASE_URL": APP, "JINGMING_DATABASE_OWNER_URL": OWNER}
    assert told(environ) == ("app", "p@ss", "db.example", "5433", "service")
    assert told(environ, "owner") == ("master", "secret", "db.example", "5433", "service")
    databases = django_databases(environ, HOME)
    assert databases["default"]["OPTIONS"]["sslmode"] == "require"
    assert databases["owner"]["APP_ROLE"] == "app"
    assert "role=" not in databases["default"]["OPTIONS"]["options"]


def test_one_login_takes_the_role_of_the_app_for_everything_but_migrations() -> None:
    databases = django_databases({"JINGMING_DATABASE_URL": APP}, HOME)
    assert databases["default"]["OPTIONS"]["options"].endswith("-c role=jingming_app")
    assert "role=" not in databases["owner"]["OPTIONS"]["options"]


def test_a_socket_is_an_address_too() -> None:
    url = "postgresql://app@/service?host=/run/postgresql"
    assert told({"JINGMING_DATABASE_URL": url}) == ("app", "", "/run/postgresql", "", "service")


def test_the_pool_is_for_the_app_and_pages_have_limits() -> None:
    databases = django_databases({}, HOME, pool=5)
    assert databases["default"]["OPTIONS"]["pool"]["max_size"] == 5
    assert "pool" not in databases["owner"]["OPTIONS"]
    assert "-c statement_timeout=30000" in databases["default"]["OPTIONS"]["options"]
    assert "statement_timeout" not in databases["owner"]["OPTIONS"]["options"]


@pytest.mark.parametrize(
    ("environ", "complaint"),
    [
        ({"JINGMING_DATABASE_OWNER_URL": OWNER}, "needs JINGMING_DATABASE_URL"),
        ({"JINGMING_DATABASE_URL": "postgresql://app@db.example"}, "names no dbname"),
        ({"JINGMING_DATABASE_URL": "postgresql:///service"}, "names no user and no host"),
        ({"JINGMING_DATABASE_URL": "postgresql://a@h:port/d"}, "JINGMING_DATABASE_URL cannot be read"),
        ({"JINGMING_DATABASE_URL": "postgresql://a@h/d?sslmod=require"}, "sslmod"),
    ],
)
def test_what_cannot_be_meant_is_named(environ: dict[str, str], complaint: str) -> None:
    with pytest.raises(BadConfiguration, match=complaint):
        addresses(environ)
