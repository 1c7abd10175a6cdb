"""Plausible archives by the million, written by the database itself: sixteen cities, a long tail of estates and streets.

Names, addresses and numbers follow what one finds in a city: few surnames have most people, the same estate stands in
every city, a house has 18 floors, a mobile number begins with an operator's digits. All names are invented.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .figures import note

CITIES = {
    "340100": ("0551", "合肥", "瑶海区 庐阳区 蜀山区 包河区 肥西县"),
    "340200": ("0553", "芜湖", "镜湖区 鸠江区 弋江区 湾沚区"),
    "340300": ("0552", "蚌埠", "龙子湖区 蚌山区 禹会区 淮上区"),
    "340400": ("0554", "淮南", "大通区 田家庵区 谢家集区 八公山区"),
    "340500": ("0555", "马鞍山", "花山区 雨山区 博望区 当涂县"),
    "340600": ("0561", "淮北", "杜集区 相山区 烈山区"),
    "340700": ("0562", "铜陵", "铜官区 义安区 郊区"),
    "340800": ("0556", "安庆", "迎江区 大观区 宜秀区 怀宁县"),
    "341000": ("0559", "黄山", "屯溪区 徽州区 歙县"),
    "341100": ("0550", "滁州", "琅琊区 南谯区 来安县 全椒县"),
    "341200": ("1558", "阜阳", "颍州区 颍东区 颍泉区 临泉县 太和县"),
    "341300": ("0557", "宿州", "埇桥区 砀山县 萧县"),
    "341500": ("0564", "六安", "金安区 裕安区 叶集区"),
    "341600": ("0558", "亳州", "谯城区 涡阳县 蒙城县"),
    "341700": ("0566", "池州", "贵池区 东至县 青阳县"),
    "341800": ("0563", "宣城", "宣州区 郎溪县 泾县"),
}
SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖"
    "邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文单欧"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国志文晓岚海燕春梅红波辉鹏飞宇浩然子涵雨欣怡梓轩诺一博俊凯瑞思琪佳慧雪婷嘉琳宁安乐康永"
    "昌福贵荣庆林森松柏青云山川江河清泉石玲珍珠金银宝良才德仁义礼智信忠孝廉洁正直新民生为东西南北中上善若水光亮星月晨曦"
)
ESTATES = [
    f"{front}{back}"
    for front in "桂花 翠湖 阳光 金地 滨江 幸福 和平 东方 世纪 紫金 锦绣 香樟 梧桐 丽景 御景 天鹅湖 凤凰 北苑 南湖 西山 龙泉 文昌 瑞丰 恒大绿洲 万达 碧桂 银杏 玉兰 望江 新城".split()
    for back in "苑 花园 小区 家园 名邸 新村 公寓 府 里 湾".split()
]
STREETS = [
    f"{front}{back}"
    for front in "中山 长江 人民 解放 建设 淮海 黄山 北京 淮河 义安 石城 翠湖 铜都 九华 芜湖 太平湖 金寨 徽州 庐江 马鞍山 胜利 青年 和平 新华 朝阳 文化 工业 科技 创新 迎宾 站前 滨河 东山 南陵 古城".split()
    for back in "路 大道 东路 西路 南路 北路 街".split()
]
BRANDS = "鑫源 宏达 永兴 顺发 瑞丰 恒通 华宇 金鼎 天成 众诚 嘉禾 泰和 盛世 新起点 老乡鸡味 福满楼 聚仙阁 一品香 海天 佳美 祥云 百姓缘 润丰 汇通 联创 科达 博远 中天 立信 德胜 长虹 万隆".split()
TRADES = "餐饮 机械 商贸 建材 食品 物业 酒店管理 汽车服务 电子科技 纺织 医药 教育咨询 装饰工程 化工 物流".split()
OPERATORS = "130 131 132 133 135 136 137 138 139 150 151 152 153 155 156 157 158 159 166 173 176 177 178 180 181 182 183 185 186 187 188 189 191 198 199".split()


def fill(begin: int, end: int) -> float:
    """Write the archives begin+1 … end, one service point each and for some a second, and gather statistics; the
    seconds it took."""
    from django.db import connections

    began = time.monotonic()
    with connections["owner"].cursor() as cursor:
        _words(cursor)
        with _bare(cursor, ("customers_customer", "customers_servicepoint", "customers_phone")):
            for table, statement in ROWS.items():
                cursor.execute(statement.replace("BEGIN", str(begin)).replace("END_", str(end)))
                note(f"{time.monotonic() - began:6.0f} s {table}: {cursor.rowcount:,} rows")
        cursor.execute("VACUUM ANALYZE customers_customer, customers_servicepoint, customers_phone")
        note(f"{time.monotonic() - began:6.0f} s indexes and statistics")
    return time.monotonic() - began


def found_cities() -> None:
    """The cities and districts that the small company lacks."""
    from jingming.base.clock import now
    from jingming.organisation.actions import add_unit
    from jingming.organisation.models import Unit

    known = {unit.code: unit for unit in Unit.objects.all()}
    for code, (dialled, city, districts) in CITIES.items():
        if code not in known:
            known[code] = add_unit(
                level="city", parent=known["34"], code=code, label={"zh": f"{city}市公司", "en": code},
                number_code=dialled, by=None, at=now(),
            )  # fmt: skip
        labels = {unit.label["zh"] for unit in Unit.objects.filter(parent=known[code])}
        for position, district in enumerate(districts.split()):
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
        "surname": [(one, first(one)) for one in SURNAMES],
        "given": [(one, first(one)) for one in GIVEN],
        "brand": [(one, first(one)) for one in BRANDS],
        "trade": [(one, first(one)) for one in TRADES],
        "estate": [(one, "") for one in ESTATES],
        "street": [(one, "") for one in STREETS],
        "operator": [(one, "") for one in OPERATORS],
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
            (k, d.province_id, d.city_id, d.pk, CITIES[d.city.code][1], first(CITIES[d.city.code][1]), d.label["zh"],
             CITIES[d.city.code][0])
            for k, d in enumerate(districts)
        ],
    )  # fmt: skip
    # The same throw for the same archive in every statement, whichever order the rows come in.
    cursor.execute(
        "CREATE OR REPLACE FUNCTION pg_temp.throw(id bigint, what int, sides bigint) RETURNS int LANGUAGE sql IMMUTABLE"
        " RETURN ((hashint8extended(id, what) & 2147483647) % sides)::int"
    )
    cursor.execute(  # the first of the sides often, the last ones seldom
        "CREATE OR REPLACE FUNCTION pg_temp.tail(id bigint, what int, sides bigint) RETURNS int LANGUAGE sql IMMUTABLE"
        " RETURN least(sides - 1, floor(sides * ((hashint8extended(id, what) & 2147483647) / 2147483648.0::float8) ^ 2))::int"
    )


COUNTS = (
    "(SELECT count(*) FROM bench_{0})".format  # noqa: UP032  # a name for a hole in the statements below
)
WHO = f"""
    SELECT id, (throw % 40 = 0) AS firm, pg_temp.tail(id, 1, {COUNTS("place")}) AS place,
        pg_temp.tail(id, 2, {COUNTS("surname")}) AS surname, pg_temp.throw(id, 3, {COUNTS("given")}) AS given,
        CASE WHEN throw % 5 = 0 THEN NULL ELSE pg_temp.throw(id, 4, {COUNTS("given")}) END AS second,
        pg_temp.throw(id, 5, {COUNTS("brand")}) AS brand, pg_temp.tail(id, 6, {COUNTS("trade")}) AS trade,
        timestamptz '2010-01-01' + (throw % 5700) * interval '1 day' AS since, throw
    FROM (SELECT g AS id, pg_temp.throw(g, 0, 2147483647) AS throw FROM generate_series(BEGIN + 1, END_) AS g) AS t
"""
ROWS = {
    "customers_customer": f"""
INSERT INTO customers_customer (id, kind, name, initials, number, quick, note, extra, province_id, city_id, district_id,
    occurred_at, recorded_at, imported, version)
SELECT w.id + 1000000000, CASE WHEN firm THEN 'enterprise' ELSE 'person' END,
    CASE WHEN firm THEN p.name || b.word || CASE WHEN throw % 3 = 0 THEN w.id::text ELSE '' END || t.word || '有限公司'
         ELSE s.word || g.word || coalesce(h.word, '') END,
    ARRAY[CASE WHEN firm THEN left(p.letters || b.letters || CASE WHEN throw % 3 = 0 THEN w.id::text ELSE '' END
                                  || t.letters || 'yxgs', 20)
               ELSE s.letters || g.letters || coalesce(h.letters, '') END],
    CASE WHEN firm THEN 'KH-' || w.id ELSE '' END, false, '', '{{}}', p.province, p.city, p.district,
    since, since, true, 1
FROM ({WHO}) AS w JOIN bench_place p ON p.k = w.place JOIN bench_surname s ON s.k = w.surname
JOIN bench_given g ON g.k = w.given LEFT JOIN bench_given h ON h.k = w.second
JOIN bench_brand b ON b.k = w.brand JOIN bench_trade t ON t.k = w.trade
""",
    "customers_servicepoint": f"""
INSERT INTO customers_servicepoint (id, account_number, customer_id, address, device_number, network_element, active,
    extra, province_id, city_id, district_id, occurred_at, recorded_at, imported, version)
SELECT w.id + 1000000000, p.dialled || lpad(w.id::text, 8, '0'), w.id + 1000000000,
    CASE throw % 4 WHEN 0 THEN p.name || '市' || p.part WHEN 1 THEN p.part WHEN 2 THEN p.part ELSE '' END
    || CASE WHEN throw % 9 < 3 THEN s.word ELSE '' END
    || CASE WHEN throw % 17 = 0 THEN s.word || (throw % 800 + 1) || '号'
            WHEN throw % 17 < 10 THEN e.word || (throw % 37 + 1) || '-' || (throw % 4 + 1) || '-'
                                      || (pg_temp.throw(w.id, 8, 18) + 1) || '0' || (throw % 4 + 1)
            ELSE e.word || (throw % 37 + 1) || '栋' || (throw % 4 + 1) || '单元'
                 || (pg_temp.throw(w.id, 8, 18) + 1) || '0' || (throw % 4 + 1) || '室' END,
    'G' || (20000000 + w.id), '', true, '{{}}', p.province, p.city, p.district, since, since, true, 1
FROM ({WHO}) AS w JOIN bench_place p ON p.k = w.place
JOIN bench_street s ON s.k = pg_temp.tail(w.id * 7 + w.place, 9, {COUNTS("street")})
JOIN bench_estate e ON e.k = pg_temp.tail(w.id, 10, {COUNTS("estate")})
""",
    "customers_phone": f"""
INSERT INTO customers_phone (customer_id, number, grams, label, active)
SELECT id, number, (SELECT array_agg(DISTINCT gram ORDER BY gram) FROM (
        SELECT substr(number, place, 4)::integer FROM generate_series(1, length(number) - 3) AS place
        UNION ALL SELECT 10000 + right(number, 4)::integer) AS of_it (gram)), '', true
FROM (
    SELECT w.id + 1000000000 AS id, CASE WHEN throw % 8 = 0
        THEN p.dialled || (2 + throw % 7) || lpad(pg_temp.throw(w.id, 11, 1000000)::text, 6, '0')
        ELSE o.word || lpad(pg_temp.throw(w.id, 12, 100000000)::text, 8, '0') END AS number
    FROM ({WHO}) AS w JOIN bench_place p ON p.k = w.place
    JOIN bench_operator o ON o.k = pg_temp.tail(w.id, 13, {COUNTS("operator")})
    UNION ALL
    SELECT w.id + 1000000000, '1' || (30 + throw % 70)::text || lpad(pg_temp.throw(w.id, 14, 100000000)::text, 8, '0')
    FROM ({WHO}) AS w WHERE throw % 4 = 0
) AS called
""",
}
