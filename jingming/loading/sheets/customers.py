"""Customers from a file: known again by the number of their archive or by their customer number, compared and written
in SQL, by the rules of `customers.actions.archive`.

Phones and contact persons that a file names are there afterwards; those that it does not name stay: somebody may have
noted them since it was written. History gets a line for each archive that changed, with the reason `import`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import connection
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.initials import initials
from jingming.customers import access, queries
from jingming.customers.models import Customer, Kind
from jingming.customers.rules import grams
from jingming.loading.copying import Cell, as_array, as_arrays
from jingming.loading.rules import SHOWN
from jingming.organisation.models import Unit
from jingming.organisation.queries import units
from jingming.organisation.rules import Level
from jingming.privacy.rules import without_numbers
from jingming.privacy.sealing import seal_number, unseal_number
from jingming.privacy.vault import STANDS_FOR, keep_sealed

from . import staging
from .choosing import of_choices, of_set, of_units
from .staging import Fact, ask, run
from .work import Bad, Counts, Detail, Problem, Row, Said, Terms, Tick

REASON = "import"  # code of the set `change_reason`
STAGED = (
    ("archive", "bigint"), ("number", "text"), ("name", "text"), ("initials", "text[]"), ("kind", "text"),
    ("note", "text"), ("unit_id", "bigint"), ("sensitive", "text[]"), ("key_account", "boolean"),
    ("manager_id", "bigint"), ("phones", "text[]"), ("phones_grams", "text[]"), ("contact", "text"), ("duty", "text"),
    ("contact_phone", "text"), ("contact_phone_grams", "integer[]"),
)  # fmt: skip
_UNIT = "(SELECT code FROM organisation_unit WHERE id = m.{}unit_id)"
_MANAGER = "(SELECT employee_number FROM accounts_staff WHERE id = m.{}manager_id)"
FACTS = (
    Fact("kind", "kind", "text", empty="'person'"),
    Fact("name", "name", "text"),
    Fact("number", "number", "text"),
    Fact("note", "note", "text"),
    Fact("unit", "unit_id", "place", empty="NULL", shown=_UNIT),
    Fact("sensitive", "sensitive", "text[]", empty="'{}'::text[]"),
    Fact("key_account", "key_account", "boolean", empty="false"),
    Fact("manager", "manager_id", "bigint", empty="NULL", shown=_MANAGER),
)
KEPT = (
    "(SELECT c.id, c.version, c.quick, c.kind, c.name, c.initials, c.number, c.note, c.sensitive::text[] AS sensitive,"
    " c.key_account, c.manager_id, c.merged_into_id, c.province_id, c.city_id, c.district_id,"
    " coalesce(c.district_id, c.city_id, c.province_id) AS unit_id FROM customers_customer c)"
)
ROOMY = 20_000  # rows that are written at a time, so that one may see how far it is and cancel


def places_of(by: Staff | None) -> list[Unit]:
    """Where the person may keep customers; everywhere without a person."""
    if by is not None:
        return access.units_open_to(by)
    return [unit for unit in units().values() if unit.level != Level.HQ]


class Customers:
    """See the head of this module."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.units = of_units("unit", places_of(terms.by))
        self.kinds = of_choices("kind", Kind.choices)
        self.duties = of_set("duty", queries.DUTY, terms.at)
        self.flags = of_set("sensitive", queries.SENSITIVE, terms.at)
        self.managers = {one.employee_number: one.pk for one in access.managers_open_to()}
        home = access.own_place(terms.by) if terms.by else None
        self.home = (home.district_id or home.city_id or home.province_id) if home else None

    # --- The rows of the file ---------------------------------------------------------------------------------------
    def key(self, said: Said) -> tuple[str, object] | None:
        column = "archive" if said.get("archive") else "number"
        return (column, said[column]) if said.get(column) else None

    def clean(self, row: int, said: Said) -> Sequence[Cell]:
        get = said.get
        archive, number, name = get("archive"), get("number"), get("name")
        if not archive and not number:
            sentence = _("Give a customer number: by it the row is known again when the file is loaded once more.")
            raise Bad([("number", "", sentence)])
        if archive and not (str(archive).isascii() and str(archive).isdigit() and len(str(archive)) < 19):
            raise Bad(
                [("archive", archive, _("This is the number of no archive. Leave it empty for one that is new."))]
            )
        unit, kind, manager = get("unit"), get("kind"), get("manager")
        contact, duty, contact_phone = get("contact"), get("duty"), get("contact_phone")
        if (duty or contact_phone) and not contact:
            column = "duty" if duty else "contact_phone"
            raise Bad([(column, duty or contact_phone, _("Name the contact person too, or leave this empty."))])
        phones = list(dict.fromkeys(str(get(key)) for key in ("phone", "phone2", "phone3") if get(key)))
        flags = get("sensitive")
        return (  # type: ignore[return-value]  # cells, as `kinds` says
            archive or None, number, name, as_array(initials(without_numbers(str(name)))) if name else None,
            self.kinds.pick(kind) if kind else None, get("note"), self.units.pick(unit).pk if unit else None,
            None if flags is None else as_array(sorted({self.flags.pick(flag) for flag in flags})),  # type: ignore[attr-defined]  # words
            get("key_account"), self._manager(manager), *staged_phones(phones), contact or None,
            self.duties.pick(duty) if duty else None,
            *staged_phone(str(contact_phone) if contact_phone and contact_phone not in phones else ""),
        )  # fmt: skip

    def _manager(self, number: object) -> int | None:
        if not number:
            return 0 if number == 0 else None
        if number not in self.managers:
            sentence = _("No account manager has this employee number. Choose another one.")
            raise Bad([("manager", number, sentence)])
        return self.managers[str(number)]

    def stage(self, rows: Iterable[Row]) -> None:
        staging.stage("staged", STAGED, rows)

    def leave_out(self, rows: Collection[int]) -> None:
        staging.leave_out(rows)

    # --- Against what is kept ---------------------------------------------------------------------------------------
    def refused(self) -> Iterator[Problem]:
        run(
            "CREATE TEMP TABLE found ON COMMIT DROP AS"
            " SELECT s.row, c.id FROM staged s JOIN customers_customer c ON c.id = s.archive"
            " UNION ALL SELECT s.row, c.id FROM staged s JOIN customers_customer c ON c.number = s.number"
            "  AND c.number <> '' WHERE s.archive IS NULL AND s.number <> ''"
        )
        run("ANALYZE found")
        yield from staging.problems(
            "archive", _("There is no archive with this number among those that you may see."),
            "SELECT s.row, s.archive::text FROM staged s LEFT JOIN found f USING (row) WHERE s.archive IS NOT"
            " NULL AND f.id IS NULL",
        )  # fmt: skip
        if self.terms.by is not None:
            seen, values = staging.sql_of(access.visible_to(self.terms.by))
            unseen = "SELECT s.row, {}::text FROM staged s JOIN found f USING (row) WHERE {} AND " + staging.not_among(
                "f.id", seen
            )
            yield from staging.problems(
                "archive", _("There is no archive with this number among those that you may see."),
                unseen.format("s.archive", "s.archive IS NOT NULL"), values,
            )  # fmt: skip
            yield from staging.problems(
                "number",
                _("This customer number is in use where you do not work. Look the number up before you go on."),
                unseen.format("s.number", "s.archive IS NULL"), values,
            )  # fmt: skip
        yield from staging.problems(
            "number", _("This archive has been merged into another one. Load that one instead."),
            "SELECT s.row, coalesce(s.number, s.archive::text) FROM staged s JOIN found f USING (row)"
            " JOIN customers_customer c ON c.id = f.id WHERE c.merged_into_id IS NOT NULL",
        )  # fmt: skip
        yield from staging.problems(
            "number",
            _("Another row of the file is about the same archive. Keep the row that is right, remove the other."),
            "SELECT row, '' FROM (SELECT row, count(*) OVER (PARTITION BY id) AS times FROM found) t WHERE times > 1",
        )  # fmt: skip
        yield from staging.problems(
            "number", _("Another customer has this customer number. Look the number up before you go on."),
            "SELECT s.row, s.number FROM staged s JOIN found f USING (row) JOIN customers_customer c ON c.number"
            " = s.number"
            " AND c.number <> '' WHERE s.archive IS NOT NULL AND s.number <> '' AND c.id <> f.id",
        )  # fmt: skip
        yield from staging.problems(
            "name", _("This cannot be left empty for a customer who is new."),
            "SELECT s.row, '' FROM staged s LEFT JOIN found f USING (row) WHERE f.id IS NULL AND s.archive IS"
            " NULL AND s.name IS NULL",
        )  # fmt: skip
        if self.home is None:
            yield from staging.problems(
                "unit", _("Name the place of a customer who is new."),
                "SELECT s.row, '' FROM staged s LEFT JOIN found f USING (row) WHERE f.id IS NULL AND s.unit_id IS NULL",
            )  # fmt: skip

    def compare(self) -> Iterator[Problem]:
        """Compare, and lock what differs; compare anew where a colleague has changed one of those in between."""
        while True:
            staging.drop("merged")
            run(self._merge())
            run("ALTER TABLE merged ADD PRIMARY KEY (row)")
            run("ANALYZE merged")
            if not self.terms.write or staging.locked_unchanged("customers_customer"):
                break
        if self.terms.by is not None:
            able, values = staging.sql_of(access.changeable_by(self.terms.by))
            yield from staging.problems(
                "number", _("You may see this archive, but only the people who work for its place may change it."),
                f"SELECT m.row, m.number FROM merged m WHERE m.state = 'changed' AND {staging.not_among('m.id', able)}",
                values,
            )  # fmt: skip

    def _merge(self) -> str:
        own = "NULL" if self.home is None else str(self.home)
        facts = [fact if fact.type != "place" else fact.falling_back_on(own) for fact in FACTS]
        beside = (
            "EXISTS (SELECT 1 FROM unnest(m.phones) n WHERE NOT EXISTS (SELECT 1 FROM customers_phone p"
            " WHERE p.customer_id = m.id AND p.number = n AND p.active))"
            " OR (m.contact IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers_contactperson k"
            " WHERE k.customer_id = m.id AND k.name = m.contact AND k.active"
            " AND (m.duty IS NULL OR k.duty = m.duty)))"
            " OR (m.contact_phone IS NOT NULL AND NOT EXISTS (SELECT 1 FROM customers_phone p"
            " WHERE p.customer_id = m.id AND p.number = m.contact_phone AND p.active))"
        )
        return staging.merge(
            kept=KEPT, facts=facts, table="customers_customer", beside=beside, write=self.terms.write,
            more=(
                "coalesce(s.initials, o.initials) AS initials", "s.phones", "s.phones_grams", "s.contact", "s.duty",
                "s.contact_phone", "s.contact_phone_grams",
            ),
        )  # fmt: skip

    def counts(self) -> Counts:
        return staging.counts()

    def details(self, limit: int = SHOWN) -> list[Detail]:
        return staging.details("name", limit, _WITH_PHONES)

    # --- Written ----------------------------------------------------------------------------------------------------
    def write(self, tick: Tick) -> None:
        terms = self.terms
        values: dict[str, object] = {
            "at": terms.at, "by": terms.by.pk if terms.by else None, "by_name": terms.by.name if terms.by else "",
            "department": terms.by.department_id if terms.by else None, "reason": REASON,
        }  # fmt: skip
        keep_sealed(
            (str(number) for (number,) in staging.stream(
                "SELECT unnest(m.phones || m.contact_phone) FROM merged m WHERE m.state <> 'same'") if number),
            connection,
        )  # fmt: skip
        for first, last in staging.stretches("merged", ROOMY):
            stretch = values | {"first": first, "last": last}
            for statement in WRITE:
                staging.run_named(statement, stretch)
            tick(staging.touched(first, last))


def changes(act: str, facts: str, rows: str) -> str:
    """SQL for lines of history of the archives `c`: what was done, its facts, from which rows."""
    return (
        "INSERT INTO customers_change (occurred_at, recorded_at, customer_id, act, by_id, by_name, reason, why, facts,"
        " province_id, city_id, district_id)"
        f" SELECT %(at)s, %(at)s, c.id, '{act}', %(by)s, %(by_name)s, %(reason)s, '', {facts},"
        f" c.province_id, c.city_id, c.district_id FROM {rows}"
    )


def staged_phone(number: str) -> tuple[str | None, str | None]:
    """A number and its grams as they are staged, and kept: sealed, for a temporary table is a table too."""
    return (seal_number(number), as_array(map(str, grams(number)))) if number else (None, None)


def staged_phones(numbers: Sequence[str]) -> tuple[str | None, str | None]:
    """The same for several numbers, as two arrays."""
    if not numbers:
        return None, None
    return as_array(map(seal_number, numbers)), as_arrays(as_array(map(str, grams(number))) for number in numbers)


def new_phone(number: str, grams: str) -> tuple[str, str]:
    """The columns of a phone that is used, and SQL for their values, but for whose it is."""
    return "number, grams, label, active", f"{number}, {grams}, '', true"


_NUMBER = new_phone("m.contact_phone", "m.contact_phone_grams")
_NTH_NUMBER = new_phone("n.number", "n.grams::integer[]")
_IN_STRETCH = "m.row BETWEEN %(first)s AND %(last)s"
_WITH_PHONES = (
    "m.facts || CASE WHEN m.phones IS NULL THEN '{}'::jsonb"
    " ELSE jsonb_build_object('phone', jsonb_build_array('', array_to_string(m.phones, ', '))) END"
)
_WITH_TOKENS = (  # the same for the history, which only grows: what is forgotten is gone from it too
    "m.facts || CASE WHEN m.phones IS NULL THEN '{}'::jsonb ELSE jsonb_build_object('phone', jsonb_build_array('',"
    f" (SELECT string_agg({STANDS_FOR.format('n.number')}, ', ' ORDER BY n.nth)"
    " FROM unnest(m.phones) WITH ORDINALITY AS n(number, nth)))) END"
)
# What a stretch of rows becomes, in this order.
WRITE = (
    ("INSERT INTO customers_customer (id, kind, name, initials, number, department_id, quick, note, sensitive,"
    " key_account,"
    " manager_id, extra, province_id, city_id, district_id, occurred_at, recorded_at, imported, version)"
    " SELECT m.id, m.kind, m.name, m.initials, m.number, %(department)s, false, m.note, m.sensitive, m.key_account,"
    " m.manager_id, '{}', u.province_id, u.city_id, u.district_id, %(at)s, %(at)s, true, 1"
    f" FROM merged m JOIN organisation_unit u ON u.id = m.unit_id WHERE m.state = 'new' AND {_IN_STRETCH}"),
    ("UPDATE customers_customer c SET kind = m.kind, name = m.name, initials = m.initials,"
    " number = m.number, note = m.note,"
    " sensitive = m.sensitive, key_account = m.key_account, manager_id = m.manager_id, province_id = u.province_id,"
    " city_id = u.city_id, district_id = u.district_id, quick = false, version = c.version + 1"
    " FROM merged m LEFT JOIN organisation_unit u ON u.id = m.unit_id"
    f" WHERE c.id = m.id AND m.state = 'changed' AND m.facts <> '{{}}' AND {_IN_STRETCH}"),
    # The lines come before phones and contact persons, so that they can tell which of those are new.
    changes(
        "added", _WITH_TOKENS,
        f"merged m JOIN customers_customer c ON c.id = m.id WHERE m.state = 'new' AND {_IN_STRETCH}",
    ),
    changes(
        "changed", "m.facts",
        "merged m JOIN customers_customer c ON c.id = m.id"
        f" WHERE m.state = 'changed' AND m.facts <> '{{}}' AND {_IN_STRETCH}",
    ),
    changes(
        "phone_added", f"jsonb_build_object('phone', jsonb_build_array('', {STANDS_FOR.format('n.number')}))",
        "merged m JOIN customers_customer c ON c.id = m.id CROSS JOIN LATERAL unnest(m.phones) AS n(number)"
        f" WHERE m.state = 'changed' AND {_IN_STRETCH} AND NOT EXISTS"
        " (SELECT 1 FROM customers_phone p WHERE p.customer_id = m.id AND p.number = n.number AND p.active)",
    ),
    (f"INSERT INTO customers_phone (customer_id, contact_id, {_NTH_NUMBER[0]})"
    f" SELECT m.id, NULL, {_NTH_NUMBER[1]} FROM merged m CROSS JOIN LATERAL unnest(m.phones, m.phones_grams)"
    " WITH ORDINALITY AS n(number, grams, nth)"
    f" WHERE m.state <> 'same' AND {_IN_STRETCH} ORDER BY m.row, n.nth"
    " ON CONFLICT (customer_id, number) DO UPDATE SET active = true, label = '', contact_id = NULL"
    " WHERE NOT customers_phone.active"),
    changes(
        "contact_changed",
        "jsonb_build_object('contact', jsonb_build_array(k.name, k.name), 'duty', jsonb_build_array(k.duty, m.duty))",
        "merged m JOIN customers_customer c ON c.id = m.id JOIN customers_contactperson k ON k.customer_id = m.id"
        " AND k.name = m.contact AND k.active"
        f" WHERE m.state = 'changed' AND m.duty IS NOT NULL AND k.duty <> m.duty AND {_IN_STRETCH}",
    ),
    ("UPDATE customers_contactperson k SET duty = m.duty FROM merged m WHERE k.customer_id = m.id"
    " AND k.name = m.contact"
    f" AND k.active AND m.duty IS NOT NULL AND k.duty <> m.duty AND m.state <> 'same' AND {_IN_STRETCH}"),
    changes(
        "contact_added",
        "jsonb_strip_nulls(jsonb_build_object('contact', jsonb_build_array('', m.contact),"
        " 'duty', CASE WHEN m.duty IS NOT NULL THEN jsonb_build_array('', m.duty) END,"
        " 'phone', CASE WHEN m.contact_phone IS NOT NULL THEN"
        f" jsonb_build_array('', {STANDS_FOR.format('m.contact_phone')}) END))",
        "merged m JOIN customers_customer c ON c.id = m.id WHERE m.state <> 'same' AND m.contact IS NOT NULL"
        f" AND {_IN_STRETCH} AND NOT EXISTS (SELECT 1 FROM customers_contactperson k WHERE k.customer_id = m.id"
        " AND k.name = m.contact AND k.active)",
    ),
    ("INSERT INTO customers_contactperson (customer_id, name, duty, active)"
    " SELECT m.id, m.contact, coalesce(m.duty, ''), true FROM merged m WHERE m.state <> 'same' AND m.contact IS"
    " NOT NULL"
    f" AND {_IN_STRETCH} AND NOT EXISTS (SELECT 1 FROM customers_contactperson k WHERE k.customer_id = m.id"
    " AND k.name = m.contact AND k.active)"),
    (f"INSERT INTO customers_phone (customer_id, contact_id, {_NUMBER[0]})"
    f" SELECT m.id, min(k.id), {_NUMBER[1]} FROM merged m JOIN customers_contactperson k ON"
    " k.customer_id = m.id"
    f" AND k.name = m.contact AND k.active WHERE m.state <> 'same' AND m.contact_phone IS NOT NULL AND {_IN_STRETCH}"
    " GROUP BY m.id, m.contact_phone, m.contact_phone_grams"
    " ON CONFLICT (customer_id, number) DO UPDATE SET active = true, label = '', contact_id = excluded.contact_id"
    " WHERE NOT customers_phone.active"),
)  # fmt: skip


PHONES = frozenset({4, 5, 6, 9})  # where they stand in a row that is exported


def exported(by: Staff | None, unit: str) -> tuple[int, Iterator[Sequence[object]]]:
    """The archives that the person may see and that go on, with three phones and the first contact person."""
    found = access.current_to(by) if by else Customer.objects.filter(merged_into=None)
    if unit:
        place = next((one for one in units().values() if one.code == unit), None)
        found = found.filter(**{f"{place.level}_id": place.pk}) if place and place.level != Level.HQ else found
    seen, values = staging.sql_of(found)
    [(count,)] = ask(f"SELECT count(*) FROM ({seen}) t", values)
    rows = staging.stream(
        "SELECT c.id::text, c.number, c.name, c.kind, coalesce(p.numbers[1], ''), coalesce(p.numbers[2], ''),"
        " coalesce(p.numbers[3], ''), coalesce(k.name, ''), coalesce(k.duty, ''), coalesce(k.phone, ''),"
        " coalesce(u.code, ''),"
        " c.note, c.sensitive::text[], c.key_account, coalesce(s.employee_number, '')"
        " FROM customers_customer c LEFT JOIN LATERAL (SELECT array_agg(number ORDER BY id) AS numbers FROM"
        " customers_phone"
        " WHERE customer_id = c.id AND active AND contact_id IS NULL) p ON true"
        " LEFT JOIN LATERAL (SELECT k.name, k.duty, (SELECT number FROM customers_phone WHERE contact_id = k.id"
        " AND active"
        " ORDER BY id LIMIT 1) AS phone FROM customers_contactperson k WHERE k.customer_id = c.id AND k.active"
        " ORDER BY k.id LIMIT 1) k ON true"
        " LEFT JOIN organisation_unit u ON u.id = coalesce(c.district_id, c.city_id, c.province_id)"
        f" LEFT JOIN accounts_staff s ON s.id = c.manager_id WHERE c.id IN ({seen}) ORDER BY c.id",
        values,
    )
    return int(str(count)), (_with_numbers(row) for row in rows)


def _with_numbers(row: Sequence[object]) -> list[object]:
    """An exported row with its phones open."""
    return [unseal_number(str(value)) if place in PHONES else value for place, value in enumerate(row)]
