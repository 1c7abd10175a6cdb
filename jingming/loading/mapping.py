"""Mapping files: how the columns and words of another system's event log become ours. TOML, checked when it is read.

`mappings/incident_events.toml` is the example; every setting is explained there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Dictionary
from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from jingming.organisation.rules import Kind, Level
from jingming.workorders.rules import Status, Waiting

from .checking import SOURCE, CannotLoad
from .moments import Moments

SHIPPED = Path(__file__).parent / "mappings"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileShape(_Part):
    """How the file is written."""

    delimiter: str = Field(default=",", min_length=1, max_length=1)
    encoding: str = "utf-8"
    nulls: tuple[str, ...] = ("",)
    dates: str
    time_zone: str

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            "".encode(name)
        except LookupError:
            raise ValueError("there is no such encoding") from None
        return name

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise ValueError("there is no such time zone") from None
        return name

    @field_validator("dates")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        Moments.check(pattern)
        return pattern


class PlaceOfOrders(_Part):
    """Where the orders are."""

    unit: str


class Groups(_Part):
    """How the departments that are made for groups are called."""

    kind: Kind = Kind.MAINTENANCE
    code: str = Field(default="X-{group}", pattern=r"\{group\}")


class OrderDefaults(_Part):
    """What every order is where no column says otherwise."""

    type: str
    category: str = ""
    level: str = "normal"
    channel: str
    description: tuple[str, ...] = Field(min_length=1)


class Columns(_Part):
    """Which column holds what."""

    order: str
    state: str
    opened_at: str
    changed_at: str
    resolved_at: str = ""
    closed_at: str = ""
    channel: str = ""
    level: str = ""
    group: str = ""
    assignee: str = ""
    changed_by: str = ""
    opened_by: str = ""
    resolved_by: str = ""
    caller: str = ""
    address: str = ""
    outcome: str = ""
    keep: tuple[str, ...] = ()


class State(_Part):
    """One of our states for one of theirs."""

    status: Status
    waiting_for: Waiting | None = None


class FoundedUnit(_Part):
    """A unit of the organisation that is founded where there is none."""

    level: Level
    code: str
    zh: str
    en: str
    number_code: str = ""
    time_zone: str = "Asia/Shanghai"


class FoundedDepartment(_Part):
    """A department of the last of these units."""

    kind: Kind
    code: str
    zh: str
    en: str


class Founding(_Part):
    """The smallest organisation that can hold the orders: each unit stands below the one before."""

    units: tuple[FoundedUnit, ...] = Field(min_length=1)
    departments: tuple[FoundedDepartment, ...] = Field(min_length=1)


class Mapping(_Part):
    """A whole mapping file."""

    source: str = Field(pattern=f"^{SOURCE}$")
    file: FileShape
    place: PlaceOfOrders
    groups: Groups = Groups()
    order: OrderDefaults
    columns: Columns
    states: Dictionary[str, State] = Field(min_length=1)
    channels: Dictionary[str, str] = {}
    levels: Dictionary[str, str] = {}
    organisation: Founding | None = None

    def wanted_columns(self) -> set[str]:
        """The columns that the file must have."""
        named = self.columns.model_dump(exclude={"keep"}).values()
        return {*filter(None, named), *self.columns.keep, *self.order.description}


def read_mapping(path: Path) -> Mapping:
    """The mapping in a file, or the shipped one of that name; raises CannotLoad with a sentence that says where."""
    shipped = SHIPPED / f"{path.name}.toml"
    if len(path.parts) == 1 and not path.exists() and shipped.exists():
        path = shipped
    try:
        return Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise CannotLoad(
            _("The mapping file %(path)s cannot be read: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CannotLoad(_("The mapping file %(path)s is no TOML: %(why)s.") % {"path": path, "why": error}) from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise CannotLoad(
            _("The mapping file %(path)s cannot be used: %(where)s: %(why)s.")
            % {"path": path, "where": where, "why": first["msg"]}
        ) from None
