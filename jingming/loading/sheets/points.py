"""Service points from a file, with their devices and the one who holds them: known again by their account number,
compared and written in SQL, by the rules of `customers.actions.points`.

A new service point names its customer by number; where it does not, an archive is opened under the name and phone of
the row (or the one that has both is taken), one for all rows that agree in them. Another customer number for a point
that is there hands it over (过户): the old holder's tenure ends, the new one's begins. Devices are known again by their
number; a device that the file does not name stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date

from django.db import connection
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.base.initials import initials
from jingming.customers import access, queries, rules
from jingming.customers.models import ServicePoint
from jingming.loading.copying import Cell, as_array
from jingming.loading.rules import SHOWN
from jingming.organisation.queries import areas, units
from jingming.organisation.rules import Level
from jingming.privacy.rules import without_numbers
from jingming.privacy.vault import STANDS_FOR, keep_sealed

from . import staging
from .choosing import of_areas, of_set, of_units
from .customers import REASON, ROOMY, changes, new_phone, places_of, staged_phone
from .staging import Fact, ask, run
from .work import Bad, Counts, Detail, Problem, Row, Said, Terms, Tick

DEVICES = ("", "2", "3")
STAGED = (
    ("account_number", "text"), ("customer_number", "text"), ("customer_name", "text"), ("initials", "text[]"),
    ("phone", "text"), ("phone_grams", "integer[]"), ("address", "text"), ("unit_id", "bigint"), ("area_id", "bigint"),
    ("element_code", "text"), ("contract_number", "text"), ("contract_until", "date"), ("arrears", "numeric"),
    ("arrears_at", "date"), ("active", "boolean"),
    *(
        (f"device{place}_{name}", type_)
        for place in DEVICES
        for name, type_ in (
            ("kind", "text"), ("number", "text"), ("model", "text"), ("installed", "date"), ("life", "smallint"),
        )
    ),
)  # fmt: skip
FACTS = (
    Fact("account_number", "account_number", "text"),
    Fact("address", "address", "text"),
    Fact("unit", "unit_id", "place", empty="NULL", shown="(SELECT code FROM organisation_unit WHERE id = m.{}unit_id)",
         fallback="coalesce(cu.district_id, cu.city_id, cu.province_id, w.unit_id)"),
    Fact("area", "area_id", "bigint", empty="NULL",
         shown="(SELECT code FROM organisation_servicearea WHERE id = m.{}area_id)"),
    Fact("element", "element_id", "bigint", empty="NULL",
         shown="(SELECT code FROM customers_networkelement WHERE id = m.{}element_id)"),
    Fact("contract_number", "contract_number", "text"),
    Fact("contract_until", "contract_until", "date", empty="NULL"),
    Fact("arrears", "arrears", "numeric", empty="NULL", shown="m.{}arrears::text"),
    Fact("arrears_at", "arrears_at", "date", empty="NULL"),
    Fact("active", "active", "boolean", empty="true"),
)  # fmt: skip
KEPT = (
    "(SELECT p.id, p.version, p.account_number, p.address, p.area_id, p.element_id, p.contract_number,"
    " p.contract_until,"
    " p.arrears, p.arrears_at, p.active, p.customer_id, coalesce(p.district_id, p.city_id, p.province_id) AS unit_id"
    " FROM customers_servicepoint p)"
)
LONGEST_LIFE = rules.LONGEST_LIFE
MOST_ARREARS = 10**10  # as the column holds


class Points:
    """See the head of this module."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        by = terms.by
        self.units = of_units("unit", places_of(by))
        self.areas = of_areas("area", access.areas_open_to(by) if by else areas().values())
        self.kinds = of_set("device_kind", queries.DEVICE_KIND, terms.at)
        self.today = queries.today(terms.at)
        home = access.own_place(by) if by else None
        self.home = (home.district_id or home.city_id or home.province_id) if home else None

    # --- The rows of the file ---------------------------------------------------------------------------------------
    def key(self, said: Said) -> tuple[str, object]:
        return "account_number", said["account_number"]

    def clean(self, row: int, said: Said) -> Sequence[Cell]:
        get = said.get
        name, phone, element = get("customer_name"), get("phone"), get("element")
        unit_id, area_id = self._place(get("unit"), get("area"))
        arrears, arrears_at = get("arrears"), get("arrears_at")
        if arrears is not None and arrears != "NaN" and not 0 <= arrears < MOST_ARREARS:  # type: ignore[operator]  # a Decimal
            raise Bad([("arrears", arrears, _("Arrears are 0 or more; credit is no arrears. Correct the amount."))])
        cells: list[object] = [
            said["account_number"], get("customer_number"), name,
            as_array(initials(without_numbers(str(name)))) if name else None, *staged_phone(str(phone or "")),
            get("address"), unit_id, area_id,
            rules.element_code(str(element)) if element else "" if element == 0 else None,
            get("contract_number"), get("contract_until"), arrears, arrears_at, get("active"),
        ]  # fmt: skip
        for place in DEVICES:
            cells += self._device(place, said)
        return cells  # type: ignore[return-value]  # cells, as `kinds` says

    def _place(self, unit: object, area: object) -> tuple[int | None, int | None]:
        """Ids of place and area: a point stands where its area is, which has to lie in the place if that is named."""
        there = self.units.pick(unit) if unit else None
        if not area:
            return there.pk if there else None, 0 if area == 0 else None
        chosen = self.areas.pick(area)
        if there is not None and getattr(chosen, f"{there.level}_id") != there.pk:
            sentence = _("This service area lies in another place. Choose one there, or change the place.")
            raise Bad([("area", area, sentence)])
        return chosen.district_id or chosen.city_id or chosen.province_id, chosen.pk

    def _device(self, place: str, said: Said) -> tuple[object, ...]:
        """Kind, number, model, day of installation and design life of one device; all None where there is none."""
        kind, number = said.get(f"device{place}_kind"), said.get(f"device{place}")
        model, installed = said.get(f"device{place}_model"), said.get(f"device{place}_installed")
        life = said.get(f"device{place}_life")
        if not number and not model:
            if kind or life or (installed and isinstance(installed, date)):
                sentence = _("Give the number or the model of the device, or leave its other columns empty too.")
                raise Bad([(f"device{place}", "", sentence)])
            return None, None, None, None, None
        if isinstance(installed, date) and installed > self.today:
            sentence = _("This lies in the future. Write down what has happened.")
            raise Bad([(f"device{place}_installed", installed, sentence)])
        return (
            self.kinds.pick(kind) if kind else None, rules.device_number(str(number)) if number else None,
            model or None, installed, life,
        )  # fmt: skip

    def stage(self, rows: Iterable[Row]) -> None:
        staging.stage("staged", STAGED, rows)

    def leave_out(self, rows: Collection[int]) -> None:
        staging.leave_out(rows)

    # --- Against what is kept ---------------------------------------------------------------------------------------
    def refused(self) -> Iterator[Problem]:
        run(
            "CREATE TEMP TABLE found ON COMMIT DROP AS SELECT s.row, p.id FROM staged s"
            " JOIN customers_servicepoint p ON p.account_number = s.account_number"
        )
        run("CREATE UNIQUE INDEX ON found (row)")
        run("ALTER TABLE staged ADD COLUMN element_id bigint")
        run(
            "UPDATE staged s SET element_id = coalesce((SELECT e.id FROM customers_networkelement e"
            " WHERE e.code = s.element_code AND e.active), 0) WHERE s.element_code IS NOT NULL"
        )
        run("ANALYZE found")
        run("ANALYZE staged")
        yield from staging.problems(
            "element", _("There is no such network element in use. Look it up, or load the network first."),
            "SELECT row, element_code FROM staged WHERE element_code <> '' AND element_id = 0",
        )  # fmt: skip
        if self.terms.by is not None:
            seen, values = staging.sql_of(access.service_points_visible_to(self.terms.by))
            yield from staging.problems(
                "account_number",
                _("This account number is served where you do not work. Look it up before you go on."),
                "SELECT s.row, s.account_number FROM staged s JOIN found f USING (row)"
                f" WHERE {staging.not_among('f.id', seen)}",
                values,
            )  # fmt: skip
        yield from staging.problems(
            "address", _("This cannot be left empty for a service point that is new."),
            "SELECT s.row, '' FROM staged s LEFT JOIN found f USING (row) WHERE f.id IS NULL AND s.address IS NULL",
        )  # fmt: skip
        yield from self._refused_owners()

    def _refused_owners(self) -> Iterator[Problem]:
        """Whose the points are: by number, else as they were, else the archive with this name and phone, else a new
        one; and what stands in the way of that."""
        seen, values = staging.sql_of(access.current_to(self.terms.by)) if self.terms.by else ("", [])
        among = f"AND c.id IN ({seen})" if seen else ""
        yield from _owners_by_number(among, values)
        yield from _owners_by_name_and_phone(among, values)
        yield from self._new_owners()
        run("CREATE INDEX ON owners (row)")
        run("ANALYZE owners")
        yield from self._owners_of_others()

    def _new_owners(self) -> Iterator[Problem]:
        """Archives that are opened for points whose owner is nobody yet."""
        fresh = "nextval('customers_customer_id_seq')" if self.terms.write else "-(row_number() OVER ())"
        run(
            f"CREATE TEMP TABLE opened ON COMMIT DROP AS SELECT t.*, {fresh} AS id FROM (SELECT DISTINCT ON (identity)"
            " identity, row, customer_name AS name, initials, phone, phone_grams, unit_id FROM"
            f" (SELECT {_IDENTITY} AS identity, s.row, s.customer_name, s.initials, s.phone, s.phone_grams,"
            f" coalesce(s.unit_id, %s) AS unit_id FROM {_STAGED} LEFT JOIN owners w USING (row)"
            f" WHERE {_NAMELESS} AND w.row IS NULL AND s.customer_name IS NOT NULL) s ORDER BY identity, row) t",
            [self.home],
        )
        yield from staging.problems(
            "unit", _("Name the place of a customer who is new."), "SELECT row, '' FROM opened WHERE unit_id IS NULL"
        )
        run(
            f"INSERT INTO owners SELECT s.row, n.id, n.unit_id, 1 FROM {_STAGED} LEFT JOIN owners w USING (row)"
            f" JOIN opened n ON n.identity = {_IDENTITY} WHERE {_NAMELESS} AND w.row IS NULL"
        )

    def _owners_of_others(self) -> Iterator[Problem]:
        """New points for archives that the person may see but not change."""
        if self.terms.by is None:
            return
        able, values = staging.sql_of(access.changeable_by(self.terms.by))
        yield from staging.problems(
            "customer_number",
            _("You may see this archive, but only the people who work for its place may change it."),
            f"SELECT s.row, s.customer_number FROM {_STAGED} JOIN owners w USING (row)"
            f" JOIN customers_customer c ON c.id = w.customer_id WHERE f.id IS NULL"
            f" AND {staging.not_among('c.id', able)}",
            values,
        )  # fmt: skip

    def compare(self) -> Iterator[Problem]:
        """Compare, and lock what differs; compare anew where a colleague has changed one of those in between."""
        while True:
            staging.drop("merged")
            staging.drop("hung")
            run(HUNG)
            run("CREATE INDEX ON hung (row)")
            run("ANALYZE hung")
            run(self._merge())
            run("ALTER TABLE merged ADD PRIMARY KEY (row)")
            run("ANALYZE merged")
            if not self.terms.write:
                break
            ask(  # first the archives, then the points, as the acts do
                "SELECT 1 FROM customers_customer WHERE id IN (SELECT customer_id FROM merged WHERE state = 'changed'"
                " UNION SELECT was_customer_id FROM merged WHERE state = 'changed') ORDER BY id FOR UPDATE"
            )
            if staging.locked_unchanged("customers_servicepoint"):
                break
        yield from staging.problems(
            "arrears_at", _("Say for which day the billing system told it."),
            "SELECT row, arrears::text FROM merged WHERE state <> 'same' AND arrears IS NOT NULL AND arrears_at"
            " IS NULL",
        )  # fmt: skip
        yield from staging.problems(
            "device", _("A design life is 1 to 200 years."),
            f"SELECT row, life::text FROM hung WHERE life IS NOT NULL AND life NOT BETWEEN 1 AND {LONGEST_LIFE}",
        )  # fmt: skip
        if self.terms.by is not None:
            able, values = staging.sql_of(access.points_changeable_by(self.terms.by))
            yield from staging.problems(
                "account_number",
                _("You may see this service point, but only the people who work for its place may change it."),
                "SELECT m.row, m.account_number FROM merged m WHERE m.state = 'changed'"
                f" AND {staging.not_among('m.id', able)}",
                values,
            )  # fmt: skip

    def _merge(self) -> str:
        return staging.merge(
            kept=KEPT, facts=FACTS, table="customers_servicepoint", write=self.terms.write,
            beside="m.customer_id <> m.was_customer_id"
            " OR EXISTS (SELECT 1 FROM hung h WHERE h.row = m.row AND h.state <> 'same')",
            joins="LEFT JOIN owners w ON w.row = s.row LEFT JOIN customers_customer cu ON cu.id = w.customer_id",
            more=("coalesce(w.customer_id, o.customer_id) AS customer_id", "o.customer_id AS was_customer_id"),
        )  # fmt: skip

    def counts(self) -> Counts:
        return staging.counts()

    def details(self, limit: int = SHOWN) -> list[Detail]:
        return staging.details("account_number", limit, f"m.facts || {_HANDED_OVER} || {_DEVICES}")

    # --- Written ----------------------------------------------------------------------------------------------------
    def write(self, tick: Tick) -> None:
        terms = self.terms
        values: dict[str, object] = {
            "at": terms.at, "by": terms.by.pk if terms.by else None, "by_name": terms.by.name if terms.by else "",
            "department": terms.by.department_id if terms.by else None, "reason": REASON,
        }  # fmt: skip
        # An archive is opened only if a row that is left needs it.
        run("DELETE FROM opened n WHERE NOT EXISTS (SELECT 1 FROM merged m WHERE m.customer_id = n.id)")
        keep_sealed(
            (str(number) for (number,) in ask("SELECT n.phone FROM opened n WHERE n.phone IS NOT NULL")), connection
        )
        for statement in OPEN_ARCHIVES:
            staging.run_named(statement, values)
        for first, last in staging.stretches("merged", ROOMY):
            stretch = values | {"first": first, "last": last}
            for statement in WRITE:
                staging.run_named(statement, stretch)
            tick(staging.touched(first, last))


_STAGED = "staged s LEFT JOIN found f USING (row)"
_NAMELESS = "s.customer_number IS NULL AND f.id IS NULL"  # a new point that does not say by number whose it is
_IDENTITY = "coalesce(s.customer_name || chr(9) || s.phone, chr(9) || s.row)"  # without a phone each is a person


def _owners_by_number(among: str, values: Sequence[object]) -> Iterator[Problem]:
    """Begin `owners` with the archives that the file names by number, of those `among` whom they may be."""
    run(
        "CREATE TEMP TABLE owners ON COMMIT DROP AS SELECT s.row, c.id AS customer_id, NULL::bigint AS unit_id,"
        " 1::bigint AS choices FROM staged s JOIN customers_customer c ON c.number = s.customer_number"
        f" AND c.number <> '' AND c.merged_into_id IS NULL {among}",
        values,
    )
    yield from staging.problems(
        "customer_number",
        _("There is no customer with this number among those that you may see. Load the customers first."),
        "SELECT s.row, s.customer_number FROM staged s LEFT JOIN owners w USING (row)"
        " WHERE s.customer_number IS NOT NULL AND w.row IS NULL",
    )  # fmt: skip
    yield from staging.problems(
        "customer_number",
        _("Whose is it? Give the customer's number, or a name under which an archive is opened."),
        f"SELECT s.row, '' FROM {_STAGED} WHERE {_NAMELESS} AND s.customer_name IS NULL",
    )  # fmt: skip


def _owners_by_name_and_phone(among: str, values: Sequence[object]) -> Iterator[Problem]:
    """Add the archives that have the name and the phone of a row, if it is one."""
    run(
        f"INSERT INTO owners SELECT s.row, min(c.id), NULL, count(DISTINCT c.id) FROM {_STAGED}"
        " JOIN customers_phone p ON p.number = s.phone AND p.active JOIN customers_customer c ON c.id = p.customer_id"
        f" AND c.name = s.customer_name AND c.merged_into_id IS NULL {among} WHERE {_NAMELESS} GROUP BY s.row",
        values,
    )
    yield from staging.problems(
        "customer_name",
        _("Several archives have this name and this phone. Say by the customer's number which one is meant."),
        "SELECT s.row, s.customer_name FROM owners w JOIN staged s USING (row) WHERE w.choices > 1",
    )  # fmt: skip


# The devices that the file names, one a row, beside those that hang there.
HUNG = (
    "CREATE TEMP TABLE hung ON COMMIT DROP AS SELECT t.*, CASE WHEN device_id IS NULL THEN 'new'"
    " WHEN (kind, model, installed, life) IS DISTINCT FROM (was_kind, was_model, was_installed, was_life) THEN"
    " 'changed'"
    " ELSE 'same' END AS state FROM (SELECT g.row, g.nth, d.id AS device_id, g.number,"
    " coalesce(g.kind, d.kind, 'meter') AS kind, coalesce(g.model, d.model, '') AS model,"
    " CASE WHEN g.installed IS NULL THEN d.installed_on ELSE nullif(g.installed, '-infinity') END AS installed,"
    " CASE WHEN g.life IS NOT NULL THEN nullif(g.life, 0) WHEN d.id IS NOT NULL THEN d.design_life ELSE"
    " (SELECT (x.extra ->> 'years')::smallint FROM codes_code x WHERE x.set = 'device_kind'"
    " AND x.code = coalesce(g.kind, 'meter')) END AS life,"
    " d.kind AS was_kind, d.model AS was_model, d.installed_on AS was_installed, d.design_life AS was_life FROM ("
    + " UNION ALL ".join(
        f"SELECT row, {nth} AS nth, device{place}_kind AS kind, coalesce(device{place}_number, '') AS number,"
        f" device{place}_model AS model, device{place}_installed AS installed, device{place}_life AS life FROM staged"
        f" WHERE device{place}_number IS NOT NULL OR device{place}_model IS NOT NULL"
        for nth, place in enumerate(DEVICES, 1)
    )
    + ") g LEFT JOIN found f USING (row) LEFT JOIN LATERAL (SELECT * FROM customers_device x"
    " WHERE x.service_point_id = f.id"
    " AND x.removed_on IS NULL AND x.number = g.number AND (g.number <> '' OR x.model = g.model) ORDER BY x.id"
    " LIMIT 1) d"
    " ON true) t"
)  # fmt: skip

_ACCOUNT = "jsonb_build_object('account_number', jsonb_build_array(m.account_number, m.account_number))"
_HANDED_OVER = (
    "CASE WHEN m.was_customer_id IS NOT NULL AND m.customer_id <> m.was_customer_id THEN jsonb_build_object('customer',"
    " jsonb_build_array((SELECT name FROM customers_customer WHERE id = m.was_customer_id),"
    " (SELECT name FROM customers_customer WHERE id = m.customer_id))) ELSE '{}'::jsonb END"
)
_DEVICES = (
    "coalesce((SELECT jsonb_build_object('device_number', jsonb_build_array('', string_agg(concat_ws(' ',"
    " h.number, h.model),"
    " ', '))) FROM hung h WHERE h.row = m.row AND h.state <> 'same'), '{}'::jsonb)"
)
_FIRST_DEVICE = (
    "coalesce((SELECT jsonb_build_object('device_kind', jsonb_build_array('', h.kind), 'device_number',"
    " jsonb_build_array('', h.number)) FROM hung h WHERE h.row = m.row ORDER BY h.nth LIMIT 1), '{}'::jsonb)"
)
_DEVICE_FACTS = (
    "jsonb_strip_nulls(" + _ACCOUNT + " || jsonb_build_object('device_kind',"
    " jsonb_build_array(coalesce(h.was_kind, ''), h.kind), 'device_number', CASE WHEN h.device_id IS NULL THEN"
    " jsonb_build_array('', h.number) END, 'model', CASE WHEN h.model <> coalesce(h.was_model, '') THEN"
    " jsonb_build_array(coalesce(h.was_model, ''), h.model) END, 'installed_on',"
    " CASE WHEN h.installed IS DISTINCT FROM h.was_installed THEN"
    " jsonb_build_array(coalesce(h.was_installed::text, ''), coalesce(h.installed::text, '')) END, 'design_life',"
    " CASE WHEN h.life IS DISTINCT FROM h.was_life THEN"
    " jsonb_build_array(coalesce(h.was_life::text, ''), coalesce(h.life::text, '')) END))"
)
_PHONE = new_phone("n.phone", "n.phone_grams")
OPEN_ARCHIVES = (
    (
        "INSERT INTO customers_customer (id, kind, name, initials, number, department_id, quick, note, sensitive,"
        " key_account,"
        " extra, province_id, city_id, district_id, occurred_at, recorded_at, imported, version)"
        " SELECT n.id, 'person', n.name, n.initials, '', %(department)s, false, '', '{}', false, '{}',"
        " u.province_id, u.city_id,"
        " u.district_id, %(at)s, %(at)s, true, 1 FROM opened n JOIN organisation_unit u ON u.id = n.unit_id"
    ),
    (
        f"INSERT INTO customers_phone (customer_id, {_PHONE[0]})"
        f" SELECT n.id, {_PHONE[1]} FROM opened n WHERE n.phone IS NOT NULL"
    ),
    changes(
        "added",
        "jsonb_strip_nulls(jsonb_build_object('name', jsonb_build_array('', n.name), 'phone',"
        f" CASE WHEN n.phone IS NOT NULL THEN jsonb_build_array('', {STANDS_FOR.format('n.phone')}) END))",
        "opened n JOIN customers_customer c ON c.id = n.id",
    ),
)
_IN_STRETCH = "m.row BETWEEN %(first)s AND %(last)s"
_MOVED = f"m.state = 'changed' AND m.customer_id <> m.was_customer_id AND {_IN_STRETCH}"
# What a stretch of rows becomes, in this order.
WRITE = (
    ("INSERT INTO customers_servicepoint (id, account_number, customer_id, department_id, address, area_id, element_id,"
    " contract_number, contract_until, arrears, arrears_at, active, extra, province_id, city_id, district_id,"
    " occurred_at,"
    " recorded_at, imported, version) SELECT m.id, m.account_number, m.customer_id, %(department)s, m.address,"
    " m.area_id,"
    " m.element_id, m.contract_number, m.contract_until, m.arrears, m.arrears_at, m.active, '{}', u.province_id,"
    " u.city_id,"
    " u.district_id, %(at)s, %(at)s, true, 1 FROM merged m LEFT JOIN organisation_unit u ON u.id = m.unit_id"
    f" WHERE m.state = 'new' AND {_IN_STRETCH}"),
    ("INSERT INTO customers_tenure (customer_id, service_point_id, relation, since, province_id, city_id, district_id)"
    " SELECT m.customer_id, m.id, 'holder', %(at)s, u.province_id, u.city_id, u.district_id FROM merged m"
    f" LEFT JOIN organisation_unit u ON u.id = m.unit_id WHERE m.state = 'new' AND {_IN_STRETCH}"),
    changes(
        "point_added", f"m.facts || {_FIRST_DEVICE}",
        f"merged m JOIN customers_customer c ON c.id = m.customer_id WHERE m.state = 'new' AND {_IN_STRETCH}",
    ),
    ("UPDATE customers_servicepoint p SET customer_id = m.customer_id, address = m.address, area_id = m.area_id,"
    " element_id = m.element_id, contract_number = m.contract_number, contract_until = m.contract_until,"
    " arrears = m.arrears, arrears_at = m.arrears_at, active = m.active, province_id = u.province_id,"
    " city_id = u.city_id, district_id = u.district_id, version = p.version + 1"
    " FROM merged m LEFT JOIN organisation_unit u ON u.id = m.unit_id WHERE p.id = m.id AND m.state = 'changed'"
    f" AND (m.facts <> '{{}}' OR m.customer_id <> m.was_customer_id) AND {_IN_STRETCH}"),
    changes(
        "point_changed", f"m.facts || {_ACCOUNT}",
        "merged m JOIN customers_customer c ON c.id = m.customer_id"
        f" WHERE m.state = 'changed' AND m.facts <> '{{}}' AND {_IN_STRETCH}",
    ),
    *(
        changes(
            act, f"{_ACCOUNT} || {_HANDED_OVER}",
            f"merged m JOIN customers_customer c ON c.id = {whose} WHERE {_MOVED}",
        )
        for act, whose in (("point_moved_out", "m.was_customer_id"), ("point_moved_in", "m.customer_id"))
    ),
    ("UPDATE customers_tenure t SET until = %(at)s FROM merged m WHERE t.service_point_id = m.id AND t.until IS NULL"
    f" AND (t.relation = 'holder' OR t.customer_id = m.customer_id) AND {_MOVED}"),
    ("UPDATE customers_tenure t SET province_id = u.province_id, city_id = u.city_id, district_id = u.district_id"
    " FROM merged m JOIN organisation_unit u ON u.id = m.unit_id WHERE t.service_point_id = m.id AND m.state ="
    " 'changed'"
    f" AND m.unit_id IS DISTINCT FROM m.was_unit_id AND {_IN_STRETCH}"),
    ("INSERT INTO customers_tenure (customer_id, service_point_id, relation, since, province_id, city_id, district_id)"
    " SELECT m.customer_id, m.id, 'holder', %(at)s, u.province_id, u.city_id, u.district_id FROM merged m"
    f" LEFT JOIN organisation_unit u ON u.id = m.unit_id WHERE {_MOVED}"),
    # The lines come before the devices, so that they tell what is new; the first one of a new point stands in its own.
    changes(
        "device_added", _DEVICE_FACTS,
        "merged m JOIN hung h ON h.row = m.row JOIN customers_customer c ON c.id = m.customer_id"
        f" WHERE h.state = 'new' AND m.state <> 'same' AND {_IN_STRETCH} AND NOT (m.state = 'new' AND h.nth ="
        " (SELECT min(nth) FROM hung x WHERE x.row = m.row))",
    ),
    changes(
        "device_changed", _DEVICE_FACTS,
        "merged m JOIN hung h ON h.row = m.row JOIN customers_customer c ON c.id = m.customer_id"
        f" WHERE h.state = 'changed' AND {_IN_STRETCH}",
    ),
    ("INSERT INTO customers_device (service_point_id, kind, number, model, installed_on, design_life)"
    " SELECT m.id, h.kind, h.number, h.model, h.installed, h.life FROM merged m JOIN hung h ON h.row = m.row"
    f" WHERE h.state = 'new' AND m.state <> 'same' AND {_IN_STRETCH} ORDER BY m.row, h.nth"),
    ("UPDATE customers_device d SET kind = h.kind, model = h.model, installed_on = h.installed, design_life = h.life"
    f" FROM merged m JOIN hung h ON h.row = m.row WHERE d.id = h.device_id AND h.state = 'changed' AND {_IN_STRETCH}"),
)  # fmt: skip


def exported(by: Staff | None, unit: str) -> tuple[int, Iterator[Sequence[object]]]:
    """The service points that the person may see, with the first three devices that hang there."""
    found = access.service_points_visible_to(by) if by else ServicePoint.objects.all()
    if unit:
        place = next((one for one in units().values() if one.code == unit), None)
        found = found.filter(**{f"{place.level}_id": place.pk}) if place and place.level != Level.HQ else found
    seen, values = staging.sql_of(found)
    [(count,)] = ask(f"SELECT count(*) FROM ({seen}) t", values)
    devices = ", ".join(
        f"coalesce(d.kinds[{nth}], ''), coalesce(d.numbers[{nth}], ''), coalesce(d.models[{nth}], ''),"
        f" d.days[{nth}], d.lives[{nth}]"
        for nth in (1, 2, 3)
    )
    rows = staging.stream(
        "SELECT p.account_number, c.number, c.name, '', p.address, coalesce(u.code, ''), coalesce(a.code, ''),"
        f" coalesce(e.code, ''), {devices}, p.contract_number, p.contract_until, p.arrears, p.arrears_at, p.active"
        " FROM customers_servicepoint p JOIN customers_customer c ON c.id = p.customer_id"
        " LEFT JOIN organisation_unit u ON u.id = coalesce(p.district_id, p.city_id, p.province_id)"
        " LEFT JOIN organisation_servicearea a ON a.id = p.area_id LEFT JOIN customers_networkelement e ON e.id ="
        " p.element_id"
        " LEFT JOIN LATERAL (SELECT array_agg(kind ORDER BY id) AS kinds, array_agg(number ORDER BY id) AS numbers,"
        " array_agg(model ORDER BY id) AS models, array_agg(installed_on ORDER BY id) AS days,"
        " array_agg(design_life ORDER BY id) AS lives FROM customers_device WHERE service_point_id = p.id"
        f" AND removed_on IS NULL) d ON true WHERE p.id IN ({seen}) ORDER BY p.account_number",
        values,
    )
    return int(str(count)), rows
