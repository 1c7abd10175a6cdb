"""Plausible archives by the million, which the database writes itself: sixteen cities, many estates and streets.

Names, addresses and numbers follow what one finds in a city: few surnames have most people, the same estate stands in
every city, a house has 18 floors, a mobile number begins with an operator's digits. All names are invented.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .figures import note

WORDS = json.loads((Path(__file__).parent / "archives.json").read_text(encoding="utf-8"))
CITIES: dict[str, dict[str, Any]] = WORDS["cities"]
ESTATES = [front + back for front in WORDS["estate_fronts"] for back in WORDS["estate_backs"]]
STREETS = [front + back for front in WORDS["street_fronts"] for back in WORDS["street_backs"]]
FIRST_ID = 1_000_000_000  # above the archives that the small company has
SEALED_AT_A_TIME = 100_000  # phones
TABLES = (
    "customers_customer", "customers_servicepoint", "customers_tenure", "customers_device", "customers_phone",
)  # fmt: skip


def fill(begin: int, end: int) -> float:
    """Write the archives begin+1 … end, one service point each and for some a second, and gather statistics; the
    seconds it took."""
    from django.db import connections

    began = time.monotonic()
    with connections["owner"].cursor() as cursor:
        _words(cursor)
        with _bare(cursor, TABLES):
            for table, statement in ROWS.items():
                cursor.execute(statement.replace("BEGIN", str(begin)).replace("END_", str(end)))
                note(f"{time.monotonic() - began:6.0f} s {table}: {cursor.rowcount:,} rows")
            count = _write_phones(cursor, PHONES.replace("BEGIN", str(begin)).replace("END_", str(end)))
            note(f"{time.monotonic() - began:6.0f} s customers_phone: {count:,} rows")
        cursor.execute(f"VACUUM ANALYZE {', '.join(TABLES)}")
        note(f"{time.monotonic() - began:6.0f} s indexes and statistics")
    return time.monotonic() - began


def _write_phones(cursor: Any, statement: str) -> int:
    """Seal the numbers that the database has drawn, some at a time, and write them; how many."""
    from jingming.customers.rules import grams
    from jingming.loading.copying import as_array, as_text_line
    from jingming.privacy.sealing import seal_number

    drawn = "CREATE TEMP TABLE bench_phone AS SELECT row_number() OVER (ORDER BY id, number) AS k, * FROM"
    cursor.execute("DROP TABLE IF EXISTS bench_phone")
    cursor.execute(f"{drawn} ({statement}) AS called")
    cursor.execute("CREATE INDEX ON bench_phone (k)")
    done = 0
    while True:
        cursor.execute(
            "SELECT id, number FROM bench_phone WHERE k > %s AND k <= %s ORDER BY k", [done, done + SEALED_AT_A_TIME]
        )
        if not (rows := cursor.fetchall()):
            return done
        with cursor.copy("COPY customers_phone (customer_id, number, grams, label, active) FROM STDIN") as copy:
            for pk, number in rows:
                copy.write(as_text_line((pk, seal_number(number), as_array(map(str, grams(number))), "", True)))
        done += len(rows)


def device_of(point: Any) -> str:
    """The number on the meter at a service point that `fill` wrote."""
    return f"G{20_000_000 + point.pk - FIRST_ID}"


def found_cities() -> None:
    """The cities and districts that the small company lacks."""
    from jingming.base.clock import now
    from jingming.organisation.actions import add_unit
    from jingming.organisation.models import Unit

    known = {unit.code: unit for unit in Unit.objects.all()}
    for code, city in CITIES.items():
        if code not in known:
            known[code] = add_unit(
                level="city", parent=known["34"], code=code, label={"zh": f"{city['name']}市公司", "en": code},
                number_code=city["dialled"], by=None, at=now(),
            )  # fmt: skip
        labels = {unit.label["zh"] for unit in Unit.objects.filter(parent=known[code])}
        for position, district in enumerate(city["districts"]):
            if district not in labels:
                add_unit(
                    level="district", parent=known[code], code=f"{int(code) + 51 + position}",
                    label={"zh": district, "en": district}, by=None, at=now(),
                )  # fmt: skip


@contextmanager
def _bare(cursor: Any, tables: Sequence[str]) -> Iterator[None]:
    """The tables without all that every row would have to be checked against; it comes back at the end."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), contype FROM pg_constraint"
        " WHERE (conrelid = ANY(%s::regclass[]) OR confrelid = ANY(%s::regclass[])) AND contype IN ('f', 'u')"
        " ORDER BY contype DESC",
        [list(tables), list(tables)],
    )
    constraints = cursor.fetchall()
    for table, name, _definition, _type in reversed(constraints):
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
        [list(tables)],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    cursor.execute("SET maintenance_work_mem = '1GB'")
    for name, definition in indexes:
        begun = time.monotonic()
        cursor.execute(definition)
        note(f"{time.monotonic() - begun:13.0f} s {name}")
    for table, name, definition, _type in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _words(cursor: Any) -> None:
    """What the rows are put together from, as tables that number their lines from 0."""
    from jingming.base.initials import initials
    from jingming.organisation.models import Unit

    def first(text: str) -> str:
        return (initials(text) or [""])[0]

    named = {
        **{name: [(one, first(one)) for one in WORDS[name]] for name in ("surname", "given", "brand", "trade")},
        "estate": [(one, "") for one in ESTATES],
        "street": [(one, "") for one in STREETS],
        "operator": [(one, "") for one in WORDS["operator"]],
    }
    for name, lines in named.items():
        cursor.execute(f"CREATE TEMP TABLE IF NOT EXISTS bench_{name} (k int PRIMARY KEY, word text, letters text)")
        cursor.execute(f"TRUNCATE bench_{name}")
        cursor.executemany(
            f"INSERT INTO bench_{name} VALUES (%s, %s, %s)", [(k, *line) for k, line in enumerate(lines)]
        )
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS bench_place (k int PRIMARY KEY, province bigint, city bigint, district bigint,"
        " name text, letters text, part text, dialled text)"
    )
    cursor.execute("TRUNCATE bench_place")
    districts = Unit.objects.filter(level="district").select_related("city").order_by("code")
    cursor.executemany(
        "INSERT INTO bench_place VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            (k, d.province_id, d.city_id, d.pk, city["name"], first(city["name"]), d.label["zh"], city["dialled"])
            for k, (d, city) in enumerate((d, CITIES[d.city.code]) for d in districts)
        ],
    )  # fmt: skip
    # The same throw for the same archive in every statement, whichever order the rows come in.
    cursor.execute(
        "CREATE OR REPLACE FUNCTION pg_temp.throw(id bigint, what int, sides bigint) RETURNS int LANGUAGE sql IMMUTABLE"
        " RETURN ((hashint8extended(id, what) & 2147483647) % sides)::int"
    )
    cursor.execute(  # the first of the sides often, the last ones seldom
        "CREATE OR REPLACE FUNCTION pg_temp.tail(id bigint, what int, sides bigint) RETURNS int LANGUAGE sql"
        " IMMUTABLE RETURN floor(sides * (pg_temp.throw(id, what, 2147483647) / 2147483647.0::float8) ^ 2)::int"
    )


def _count(table: str) -> str:
    return f"(SELECT count(*) FROM bench_{table})"


WHO = f"""
    SELECT id, (throw % 40 = 0) AS firm, pg_temp.tail(id, 1, {_count("place")}) AS place,
        pg_temp.tail(id, 2, {_count("surname")}) AS surname, pg_temp.throw(id, 3, {_count("given")}) AS given,
        CASE WHEN throw % 5 = 0 THEN NULL ELSE pg_temp.throw(id, 4, {_count("given")}) END AS second,
        pg_temp.throw(id, 5, {_count("brand")}) AS brand, pg_temp.tail(id, 6, {_count("trade")}) AS trade,
        pg_temp.throw(id, 15, 37) + 1 AS house, pg_temp.throw(id, 16, 4) + 1 AS stair,
        (pg_temp.throw(id, 8, 18) + 1) || '0' || (pg_temp.throw(id, 17, 4) + 1) AS flat,
        pg_temp.throw(id, 18, 800) + 1 AS plot,
        timestamptz '2010-01-01' + (throw % 5700) * interval '1 day' AS since, throw
    FROM (SELECT g AS id, pg_temp.throw(g, 0, 2147483647) AS throw FROM generate_series(BEGIN + 1, END_) AS g) AS t
"""
ROWS = {
    "customers_customer": f"""
INSERT INTO customers_customer (id, kind, name, initials, number, quick, note, sensitive,
    key_account, extra, province_id, city_id, district_id,
    occurred_at, recorded_at, imported, version)
SELECT w.id + {FIRST_ID}, CASE WHEN firm THEN 'enterprise' ELSE 'person' END,
    CASE WHEN firm THEN p.name || b.word || CASE WHEN throw % 3 = 0 THEN w.id::text ELSE '' END || t.word || '有限公司'
         ELSE s.word || g.word || coalesce(h.word, '') END,
    ARRAY[CASE WHEN firm THEN left(p.letters || b.letters || CASE WHEN throw % 3 = 0 THEN w.id::text ELSE '' END
                                  || t.letters || 'yxgs', 20)
               ELSE s.letters || g.letters || coalesce(h.letters, '') END],
    CASE WHEN firm THEN 'KH-' || w.id ELSE '' END, false, '', '{{}}', false, '{{}}', p.province, p.city, p.district,
    since, since, true, 1
FROM ({WHO}) AS w JOIN bench_place p ON p.k = w.place JOIN bench_surname s ON s.k = w.surname
JOIN bench_given g ON g.k = w.given LEFT JOIN bench_given h ON h.k = w.second
JOIN bench_brand b ON b.k = w.brand JOIN bench_trade t ON t.k = w.trade
""",
    "customers_servicepoint": f"""
INSERT INTO customers_servicepoint (id, account_number, customer_id, address, contract_number, active,
    extra, province_id, city_id, district_id, occurred_at, recorded_at, imported, version)
SELECT w.id + {FIRST_ID}, p.dialled || lpad(w.id::text, 8, '0'), w.id + {FIRST_ID},
    CASE throw % 4 WHEN 0 THEN p.name || '市' || p.part WHEN 1 THEN p.part WHEN 2 THEN p.part ELSE '' END
    || CASE WHEN throw % 9 < 3 THEN s.word ELSE '' END
    || CASE WHEN throw % 17 = 0 THEN s.word || plot || '号'
            WHEN throw % 17 < 10 THEN e.word || house || '-' || stair || '-' || flat
            ELSE e.word || house || '栋' || stair || '单元' || flat || '室' END,
    '', true, '{{}}', p.province, p.city, p.district, since, since, true, 1
FROM ({WHO}) AS w JOIN bench_place p ON p.k = w.place
JOIN bench_street s ON s.k = pg_temp.tail(w.id * 7 + w.place, 9, {_count("street")})
JOIN bench_estate e ON e.k = pg_temp.tail(w.id, 10, {_count("estate")})
""",
    "customers_tenure": f"""
INSERT INTO customers_tenure (customer_id, service_point_id, relation, since, province_id, city_id, district_id)
SELECT w.id + {FIRST_ID}, w.id + {FIRST_ID}, 'holder', since, p.province, p.city, p.district
FROM ({WHO}) AS w JOIN bench_place p ON p.k = w.place
""",
    "customers_device": f"""
INSERT INTO customers_device (service_point_id, kind, number, model, installed_on, design_life)
SELECT w.id + {FIRST_ID}, 'gas_meter', 'G' || (20000000 + w.id), 'G2.5', since::date, 10 FROM ({WHO}) AS w
""",
}
PHONES = f"""
SELECT w.id + {FIRST_ID} AS id, CASE WHEN throw % 8 = 0
    THEN p.dialled || (2 + throw % 7) || lpad(pg_temp.throw(w.id, 11, 1000000)::text, 6, '0')
    ELSE o.word || lpad(pg_temp.throw(w.id, 12, 100000000)::text, 8, '0') END AS number
FROM ({WHO}) AS w JOIN bench_place p ON p.k = w.place
JOIN bench_operator o ON o.k = pg_temp.tail(w.id, 13, {_count("operator")})
UNION ALL
SELECT w.id + {FIRST_ID}, '1' || (30 + throw % 70)::text || lpad(pg_temp.throw(w.id, 14, 100000000)::text, 8, '0')
FROM ({WHO}) AS w WHERE throw % 4 = 0
"""
