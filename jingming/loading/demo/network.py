"""The gas network of a city: gate stations, below them pressure stations, below these the pipe sections of estates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from jingming.customers.models import NetworkElement
from jingming.loading.door import load_elements
from jingming.loading.rows import LoadedElement

from .crews import Crew
from .places import District, Estate

GATES = ("城北", "城东")
STATIONS_A_DISTRICT = 5
PIPES_A_STATION = 8
AGE = timedelta(days=7_300)  # the network is older than its customers


def lay(staffed: list[Crew], *, source: str, at: datetime) -> dict[str, int]:
    """The network of both cities, laid now or before; the id of each element by its code."""
    wanted = [element for crew in staffed for element in _elements(crew, at - AGE)]
    codes = [element.code for element in wanted]
    there = dict(NetworkElement.objects.filter(code__in=codes).values_list("code", "pk"))
    return there or load_elements(wanted, source=source, by=None, at=at)


def pipe_of(district: District, estate: Estate) -> str:
    """The code of the pipe section that feeds an estate."""
    number = district.estates.index(estate) % (STATIONS_A_DISTRICT * PIPES_A_STATION)
    return _pipe(district, number // PIPES_A_STATION + 1, number % PIPES_A_STATION + 1)


def station_of(district: District) -> str:
    """The code of the station from which large customers are fed directly."""
    return _station(district, 1)


def _elements(crew: Crew, since: datetime) -> Iterator[LoadedElement]:
    city = crew.city
    here = (city.province_id, city.pk, None)
    for number, name in enumerate(GATES, 1):
        code = f"MZ-{city.code}-{number}"
        yield LoadedElement(code=code, kind="gate_station", name=f"{name}门站", place=here, since=since)
    for turn, district in enumerate(crew.districts):
        place = district.unit.province_id, district.unit.city_id, district.unit.pk
        for station in range(1, STATIONS_A_DISTRICT + 1):
            gate = f"MZ-{city.code}-{(turn + station) % len(GATES) + 1}"
            yield LoadedElement(
                code=_station(district, station), kind="pressure_station", name=f"{district.name}{station}号调压站",
                place=place, since=since, parent=gate,
            )  # fmt: skip
            for pipe in range(1, PIPES_A_STATION + 1):
                street = district.streets[(station * PIPES_A_STATION + pipe) % len(district.streets)]
                yield LoadedElement(
                    code=_pipe(district, station, pipe), kind="pipe", name=f"{street}中压{station}-{pipe}管段",
                    place=place, since=since, parent=_station(district, station),
                )  # fmt: skip


def _station(district: District, number: int) -> str:
    return f"TY-{district.unit.code}-{number}"


def _pipe(district: District, station: int, number: int) -> str:
    return f"GD-{district.unit.code}-{station}-{number}"
