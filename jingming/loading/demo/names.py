"""Made-up names: people by generation, foreign residents, enterprises by trade. Nobody is meant."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

# Surnames with their share in 10,000 people, after the Ministry of Public Security's report on names of 2020 (户籍人口
# 姓名报告); rounded, and the tail cut where a city of this size would hardly have another.
SURNAMES: dict[str, int] = {
    "王": 725, "李": 719, "张": 683, "刘": 538, "陈": 533, "杨": 308, "黄": 248, "赵": 226, "吴": 249, "周": 199,
    "徐": 144, "孙": 140, "马": 129, "朱": 125, "胡": 118, "郭": 115, "何": 110, "高": 98, "林": 107, "罗": 93,
    "郑": 92, "梁": 87, "谢": 81, "宋": 79, "唐": 76, "许": 75, "韩": 72, "冯": 69, "邓": 68, "曹": 66, "彭": 65,
    "曾": 62, "肖": 61, "田": 60, "董": 59, "潘": 58, "袁": 57, "于": 56, "蒋": 55, "蔡": 54, "余": 54, "杜": 53,
    "叶": 53, "程": 52, "苏": 51, "魏": 50, "吕": 49, "丁": 48, "任": 47, "沈": 46, "姚": 45, "卢": 44, "姜": 43,
    "崔": 42, "钟": 41, "谭": 41, "陆": 40, "汪": 58, "范": 39, "金": 38, "石": 37, "廖": 36, "贾": 35, "夏": 35,
    "韦": 33, "傅": 33, "方": 44, "白": 31, "邹": 31, "孟": 30, "熊": 29, "秦": 29, "邱": 28, "江": 34, "尹": 26,
    "薛": 26, "阎": 25, "段": 24, "雷": 24, "侯": 24, "龙": 23, "史": 23, "陶": 26, "黎": 22, "贺": 22, "顾": 21,
    "毛": 21, "郝": 20, "龚": 20, "邵": 20, "万": 20, "钱": 20, "严": 19, "覃": 18, "武": 18, "戴": 22, "莫": 17,
    "孔": 16, "向": 15, "汤": 15, "章": 26, "施": 18, "洪": 15, "俞": 14, "凤": 4, "阮": 9, "盛": 9, "佘": 8,
    "欧阳": 8, "诸葛": 2, "司马": 1, "上官": 1,
}  # fmt: skip


# Given names as generations gave them: (share of account holders, women's first and second characters, men's). One
# character was the fashion between 1970 and 1995: the share of it, and which.
@dataclass(frozen=True)
class Generation:
    """How a generation was named."""

    share: int
    single: float
    women: tuple[str, str, str]  # characters that stand alone, first ones, second ones
    men: tuple[str, str, str]


GENERATIONS = (
    Generation(
        22, 0.05, ("英芳兰珍", "秀桂玉金凤淑素翠美月", "英兰珍芳华梅莲琴云香"),
        ("明华平贵", "建志德永家长世正国文光", "国明福贵山根才华林生发祥"),
    ),
    Generation(
        38, 0.4, ("红丽芳敏燕霞娟萍艳梅玲", "丽晓春海红建小雪爱文", "燕霞娟萍梅玲芳华琴红"),
        ("军伟勇强斌涛兵刚平辉", "建志海卫立国晓宏永文", "军强涛东平新明辉华林"),
    ),
    Generation(
        30, 0.35, ("静婷雪慧倩莉丹莹颖琳", "晓文雅佳思雨婷梦丽诗", "雯娜静婷慧琪倩莹颖洁"),
        ("鹏超杰磊浩凯俊飞帆宇", "志文俊晓海振明子家天", "鹏杰峰东波华亮宇轩豪"),
    ),
    Generation(
        10, 0.05, ("瑶玥涵琪", "子欣梓雨诗佳可语思梦若", "涵怡萱桐馨嫣琪欣瑶曦"),
        ("睿轩宸泽", "浩宇子俊梓天博奕一嘉", "然轩熙豪佑文辰鸣懿泽"),
    ),
)  # fmt: skip
FOREIGN_FIRST = (
    "Anna", "Thomas", "Maria", "James", "Sophie", "David", "Laura", "Michael", "Emma", "Daniel", "Olga", "Ahmed",
    "Priya", "Minh", "Yuki", "Carlos", "Fatima", "Peter", "Elena", "Samuel",
)  # fmt: skip
FOREIGN_LAST = (
    "Fischer", "Brown", "Novak", "Rossi", "Martin", "Keller", "Larsen", "Murphy", "Petrov", "Hassan", "Tanaka",
    "Nguyen", "Silva", "Jansen", "Kowalski", "Okafor", "Sharma", "Dubois", "Weber", "Clark",
)  # fmt: skip
WORDS = (
    "鑫源", "宏达", "天井湖", "金凤", "顺安", "江南春", "德盛", "万家", "同兴", "悦来", "皖江", "永昌", "聚福", "华泰",
    "佳和", "鼎盛", "百味", "老街", "临江", "翠湖", "长兴", "福满", "盛世", "铜官山", "大通", "和悦", "锦程", "瑞丰",
)  # fmt: skip
# Trades of commercial customers, with what an enterprise of the trade is called; a hotel is no company limited.
COMMERCIAL: dict[str, tuple[int, tuple[str, ...]]] = {
    "catering": (45, ("大酒店", "酒楼", "火锅店", "餐饮有限公司", "饭庄", "面馆", "烧烤店", "早点铺")),
    "hotel": (15, ("宾馆", "酒店管理有限公司", "大饭店", "快捷酒店")),
    "bath": (8, ("浴场", "洗浴中心", "健身会所")),
    "laundry": (6, ("洗涤服务有限公司", "干洗店")),
    "canteen": (14, ("机关食堂", "职工食堂", "老年食堂")),
    "school": (7, ("幼儿园", "小学食堂", "职业技术学校")),
    "hospital": (5, ("医院", "社区卫生服务中心", "护理院")),
}
INDUSTRIAL: tuple[str, ...] = (
    "铜材加工有限公司", "有色金属有限公司", "机械制造有限公司", "食品有限公司", "医药化工有限公司", "建材有限公司",
    "热镀锌有限公司", "电子材料有限公司", "纺织有限公司", "玻璃制品有限公司",
)  # fmt: skip
FLEETS = ("出租汽车有限公司", "公共交通有限公司", "客运有限公司", "驾驶培训有限公司", "物流有限公司")

_SURNAMES, _SURNAME_WEIGHTS = tuple(SURNAMES), tuple(accumulate(SURNAMES.values()))
_GENERATION_WEIGHTS = tuple(accumulate(generation.share for generation in GENERATIONS))
_TRADES, _TRADE_WEIGHTS = tuple(COMMERCIAL), tuple(accumulate(weight for weight, _forms in COMMERCIAL.values()))


def person(draw: random.Random, surname: str = "") -> str:
    """A Chinese name; with the surname given, that of a relative."""
    surname = surname or draw.choices(_SURNAMES, cum_weights=_SURNAME_WEIGHTS)[0]
    generation = draw.choices(GENERATIONS, cum_weights=_GENERATION_WEIGHTS)[0]
    alone, first, second = generation.women if draw.random() < 0.5 else generation.men
    return surname + (
        draw.choice(alone) if draw.random() < generation.single else draw.choice(first) + draw.choice(second)
    )


def surname_of(name: str) -> str:
    """The surname that a Chinese name begins with."""
    return name[:2] if name[:2] in SURNAMES else name[:1]


def foreigner(draw: random.Random) -> str:
    return f"{draw.choice(FOREIGN_FIRST)} {draw.choice(FOREIGN_LAST)}"


def commercial(draw: random.Random, town: str) -> tuple[str, str]:
    """(trade, name) of a commercial customer: 铜陵鑫源大酒店."""
    trade = draw.choices(_TRADES, cum_weights=_TRADE_WEIGHTS)[0]
    return trade, f"{town}{draw.choice(WORDS)}{draw.choice(COMMERCIAL[trade][1])}"


def industrial(draw: random.Random, town: str) -> str:
    return f"{town}{draw.choice(WORDS)}{draw.choice(INDUSTRIAL)}"


def fleet(draw: random.Random, town: str) -> str:
    return f"{town}{draw.choice(WORDS)}{draw.choice(FLEETS)}"
