"""Archives that were kept before tenures, devices, the network and the grams of phones were there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from jingming.customers.rules import grams
from jingming.database.address import OWNER
from jingming.privacy.sealing import seal_number

if TYPE_CHECKING:
    from jingming.database.tests.workbench import OwnDatabase

BEFORE = """
INSERT INTO customers_customer (kind, name, initials, number, quick, note, extra, occurred_at, recorded_at, imported,
                                version)
VALUES ('person', '周晓岚', '{zxl}', '', false, '', '{}', '2020-05-01T00:00Z', now(), false, 1);
INSERT INTO customers_servicepoint (account_number, customer_id, address, device_number, network_element, active, extra,
                                    occurred_at, recorded_at, imported, version)
SELECT account, customer.id, '路 1', device, element, true, '{}', '2021-02-03T00:00Z', now(), false, 1
FROM customers_customer customer,
     (VALUES ('1', 'G1', 'gh-03'), ('2', '', 'gh-03'), ('3', 'G3', '桂花北 03'), ('4', '', ''))
     AS rows (account, device, element);
"""
AFTER = """
SELECT point.account_number, device.number, element.code, element.name, tenure.relation,
       tenure.since = point.occurred_at
FROM customers_servicepoint point
JOIN customers_tenure tenure ON tenure.service_point_id = point.id AND tenure.customer_id = point.customer_id
LEFT JOIN customers_device device ON device.service_point_id = point.id
LEFT JOIN customers_networkelement element ON element.id = point.element_id
ORDER BY 1
"""


NUMBERS = ["13805621234", "05622831100", "+4930123456", "110", "1111", "95598"]
PHONES = """
INSERT INTO customers_phone (customer_id, number, label, active)
SELECT id, unnest(%s::text[]), '', true FROM customers_customer
"""


def test_archives_of_the_first_days_are_kept_as_new_ones_are(own_database: OwnDatabase) -> None:
    """What was columns becomes rows; phones get the grams that a new one would have, and are sealed as one would be,
    also where somebody stopped it half-way."""
    migrate = MigrationExecutor(connections[OWNER])
    newest = [node for node in migrate.loader.graph.leaf_nodes() if node[0] == "customers"]
    migrate.migrate([("customers", "0004_search_by_initials_and_last_four")])
    with psycopg.connect(own_database.owner_url) as database:
        database.execute(BEFORE)
        database.execute(PHONES, [NUMBERS])

    MigrationExecutor(connections[OWNER]).migrate([("customers", "0011_sealed_phone")])
    with psycopg.connect(own_database.owner_url) as database:
        database.execute(
            "UPDATE customers_phone SET number = %s, grams = %s WHERE number = '110'",
            [seal_number("110"), grams("110")],
        )
    MigrationExecutor(connections[OWNER]).migrate(newest)

    with psycopg.connect(own_database.owner_url) as database:
        kept = dict(database.execute("SELECT number, grams FROM customers_phone").fetchall())
        assert kept == {seal_number(number): grams(number) for number in NUMBERS}
        assert database.execute(AFTER).fetchall() == [
            ("1", "G1", "GH-03", "gh-03", "holder", True),
            ("2", None, "GH-03", "gh-03", "holder", True),
            ("3", "G3", "OLD-2", "桂花北 03", "holder", True),
            ("4", None, None, None, "holder", True),
        ]
        with pytest.raises(psycopg.errors.CheckViolation):
            database.execute("UPDATE customers_phone SET number = '13805621234'")
