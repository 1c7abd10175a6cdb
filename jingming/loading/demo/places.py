"""Where people live: districts, streets, estates and houses; a few large estates and a long tail of small ones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate

from jingming.organisation.models import ServiceArea, Unit
from jingming.ui.labels import in_language

# Streets by district; a district that is not named here gets the last ones.
STREETS: dict[str, tuple[str, ...]] = {
    "340705": (
        "长江中路", "淮河大道", "北京西路", "石城路", "翠湖二路", "木鱼山大道", "杨家山路", "铜都大道", "观湖一路",
        "义安北路", "建设路", "井湖路", "黄山大道", "笠帽山路", "学院西路", "朝阳路",
    ),
    "340706": (
        "义安大道", "钟仓路", "五松南路", "笠帽路", "顺安大道", "金山路", "凤凰路", "新桥路", "笠园街", "惠泉路",
    ),
    "340711": ("沿江路", "大通老街", "铜陵大道", "桥南路", "滨江大道", "安铜路"),
    "340202": ("北京中路", "中山路", "镜湖路", "长江路", "赭山东路", "九华中路"),
    "": ("鸠江北路", "赤铸山路", "万春路", "徽州路", "湾里路", "银湖路"),
}  # fmt: skip
# Names of estates are made of these; the oldest are called by what stood there, the newest by what is promised.
FIRST = (
    "桂花", "滨江", "翠湖", "金山", "学府", "阳光", "映湖", "幸福", "朝阳", "凤凰", "和平", "露采", "望江", "紫荆",
    "梧桐", "锦绣", "东方", "江南", "世纪", "天井湖", "铜官山", "官塘", "鑫铜", "惠泉", "泰山", "云山", "书香", "华府",
    "龙庭", "碧水",
)  # fmt: skip
LAST = (
    "苑", "花园", "家园", "名城", "新村", "山庄", "里", "小区", "公寓", "豪庭", "佳苑", "雅居", "一村", "二村",
)  # fmt: skip
ESTATES_A_DISTRICT = 160
# Sub-areas that people name when they say where they live.
AREAS: dict[str, tuple[tuple[str, str], ...]] = {
    "340705": (("长江路片区", "Changjiang Road"), ("天井湖片区", "Tianjing Lake"), ("学院路片区", "College Road")),
    "340706": (("五松片区", "Wusong"), ("顺安片区", "Shun’an"), ("钟仓片区", "Zhongcang")),
    "340711": (("大通片区", "Datong"), ("桥南片区", "South of the Bridge")),
    "340202": (("赭山片区", "Zheshan"), ("中山路片区", "Zhongshan Road")),
    "340207": (("湾里片区", "Wanli"), ("万春片区", "Wanchun")),
}


@dataclass(frozen=True)
class Estate:
    """Where many homes stand together; towers have lifts, old villages six floors."""

    street: str
    name: str
    buildings: int
    floors: int
    area: int | None


class District:
    """A district with its estates, the largest first."""

    def __init__(self, unit: Unit, areas: tuple[ServiceArea, ...], streets: tuple[str, ...] = ()) -> None:
        self.unit = unit
        self.name = in_language(unit.label, "zh-hans").removesuffix("公司")
        self.streets = streets or STREETS.get(unit.code, STREETS[""])
        draw = random.Random(unit.code)  # noqa: S311  # nosec B311  # the same estates whatever the seed
        names = [first + last for first in FIRST for last in LAST]
        known = [area for area in areas if not in_language(area.label, "zh-hans").endswith("片区") and area.parent_id]
        draw.shuffle(names)
        wide: list[int | None] = [area.pk for area in areas if area not in known] or [None]
        self.estates = [
            Estate(draw.choice(self.streets), in_language(area.label, "zh-hans"), 38, 11, area.pk) for area in known
        ]
        for rank, name in enumerate(names[: ESTATES_A_DISTRICT - len(known)], 1):
            buildings = max(3, round(60 / rank**0.5))
            self.estates.append(
                Estate(draw.choice(self.streets), name, buildings, draw.choice((6, 6, 11, 18, 26)), draw.choice(wide))
            )
        # By Zipf's law, as the sizes of estates are: the tenth has about a quarter of the first one's homes.
        self._weights = list(accumulate(1 / rank**0.6 for rank in range(1, len(self.estates) + 1)))

    def estate(self, draw: random.Random) -> Estate:
        return draw.choices(self.estates, cum_weights=self._weights)[0]

    def home(self, draw: random.Random) -> tuple[Estate, str]:
        """An estate, and a flat in it: 义安大道翠湖家园 12 栋 2 单元 1103 室, without spaces as people write it."""
        estate = self.estate(draw)
        floor = draw.randint(1, estate.floors)
        flat = f"{draw.randint(1, estate.buildings)}栋{draw.randint(1, 4)}单元{floor}{draw.randint(1, 4):02d}室"
        return estate, f"{self.name}{estate.street}{estate.name}{flat}"

    def shop(self, draw: random.Random) -> tuple[Estate, str]:
        estate = self.estate(draw)
        return estate, f"{self.name}{estate.street}{draw.randint(1, 899)}号"
