"""A version that was published is changed by nobody: the database refuses it, even to its owner."""

from __future__ import annotations

import psycopg
import pytest

from jingming.database.tests.workbench import OwnDatabase

READ = "SELECT id, definition, reason FROM workorders_typeversion ORDER BY id"


def test_a_published_version_is_changed_by_nobody(own_database: OwnDatabase, company):
    with psycopg.connect(own_database.app_url, autocommit=True) as app:
        written = app.execute(READ).fetchall()
        with psycopg.connect(own_database.owner_url, autocommit=True) as owner:
            for act in (
                "UPDATE workorders_typeversion SET reason = 'other'",
                "DELETE FROM workorders_typeversion",
                "TRUNCATE workorders_typeversion CASCADE",
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    app.execute(act)
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="append-only"):
                    owner.execute(act)
        assert len(written) == 10
        assert app.execute(READ).fetchall() == written
