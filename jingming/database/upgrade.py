"""Bringing a database up to this version: schema, the app's rights, province ids, months. Safe to run at any time."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from jingming.database.address import OWNER
from jingming.database.partitions import keep_ahead
from jingming.database.roles import ensure_app_role, grant_app_rights
from jingming.database.sequences import carry_province

ONE_AT_A_TIME = 0x6A696E676D696E67  # "jingming": the advisory lock of whoever upgrades


def upgrade(*, at: datetime, verbosity: int = 1) -> None:
    """Everything that stands between an older or empty database and this version, as the owner.

    A second process that asks at the same time waits and then finds nothing to do.
    """
    connection = connections[OWNER]
    keeper = connection.copy()  # migrate opens and closes transactions, so the lock has a connection of its own
    try:
        with keeper.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        ensure_app_role(connection)
        call_command("migrate", database=OWNER, interactive=False, verbosity=verbosity)
        grant_app_rights(connection)
        carry_province(connection, settings.PROVINCE)
        keep_ahead(at, using=OWNER)
    finally:
        keeper.close()
