"""What the address of a queue says: which queue, filtered how, sorted how, with which columns. Page, rows fetched live,
saved views and the way back from a bulk act all read it here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils import translation
from django.utils.translation import gettext, pgettext

from jingming.accounts.models import Staff
from jingming.base.clock import now
from jingming.workorders.queries import QUEUES, SORTS, sorts_of, types_with_filters

from . import queues
from .filters import LINE, TYPED, Asking, Chosen, in_address, read_filters
from .models import LONGEST_QUERY, ChosenColumns
from .rules import COLUMNS, fit_columns


@dataclass(frozen=True)
class Listing:
    """A queue as its address asks for it. `query()` is the address again, with changes."""

    name: str
    chosen: Chosen
    sort: str
    columns: tuple[str, ...]  # empty: the person's own choice

    def query(self, *, on: dict[str, list[str]] | None = None, **more: str) -> str:
        """The address after its ?: what is given replaces what is there, an empty value leaves it out."""
        values = {"queue": self.name, "sort": self.sort, "columns": ",".join(self.columns), **more}
        if values["sort"] == "newest":
            values["sort"] = ""
        filters = self.chosen.on if on is None else on
        pairs = [("queue", values.pop("queue"))]
        known = self.chosen.filters
        pairs += [(key, in_address(known[key], value)) for key, values_ in filters.items() for value in values_]
        return urlencode(pairs + [(key, value) for key, value in values.items() if value])

    def in_queue(self, name: str) -> Listing:
        """The same filters in another queue."""
        return replace(self, name=name, sort=self.sort if self.sort in sorts_of(name) else "newest")


def read_listing(asked: QueryDict, person: Staff) -> Listing:
    """The queue that an address asks for; what nobody knows stands in `chosen.unknown`."""
    name = asked.get("queue", "")
    name = name if name in QUEUES else queues.first(person)
    chosen = read_filters(asked, Asking(person, types_with_filters(), now()))
    sort = asked.get("sort", "") or "newest"
    if sort not in sorts_of(name):
        chosen.unknown.extend([sort[:40]] if sort not in SORTS else [])
        sort = "newest"
    wanted = [column for column in asked.get("columns", "").split(",") if column]
    chosen.unknown.extend(column[:40] for column in wanted if column not in COLUMNS)
    known = [column for column in wanted if column in COLUMNS]
    return Listing(name, chosen, sort, tuple(fit_columns(known)) if known else ())


def tells_lines(asked: QueryDict, listing: Listing) -> bool:
    """Whether a line that somebody typed stands in the address as it was typed."""
    on, filters = listing.chosen.on, listing.chosen.filters
    return any(filters[key].kind == LINE and set(on[key]) & set(asked.getlist(key)) for key in on)


def columns_of(person: Staff, listing: Listing | None = None) -> list[str]:
    """The columns to show: those of the address, else the person's own. One query at most."""
    if listing is not None and listing.columns:
        return list(listing.columns)
    own = ChosenColumns.objects.filter(staff=person).values_list("columns", flat=True).first()
    return fit_columns(own or ())


def clean_query(text: str, person: Staff) -> str:
    """An address that came from outside, as a queue would write it itself."""
    return read_listing(QueryDict(text[:LONGEST_QUERY]), person).query()


def in_words(listing: Listing) -> list[tuple[str, str]]:
    """The filters that are on, as whoever reads them says it: [(what it is filtered by, the values)]."""
    said = []
    for key, values in listing.chosen.on.items():
        words = dict(listing.chosen.offered[key])
        said.append((str(listing.chosen.filters[key].label), gettext(", ").join(str(words[value]) for value in values)))
    return said


def in_both_languages(listing: Listing, person: Staff) -> dict[str, str]:
    """The same as one line in each language {"zh", "en"}, as the audit keeps it; {} where nothing is filtered."""
    asked = QueryDict(listing.query())
    found = {}
    for name, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            said = in_words(read_listing(asked, person))
            lines = [gettext("%(field)s: %(after)s") % {"field": field, "after": values} for field, values in said]
            found[name] = pgettext("between facts", "; ").join(lines)
    return found if listing.chosen.on else {}


def one_type(listing: Listing) -> str:
    """The code of the type that the filters name, by itself or by its own fields; "" if they name none or several."""
    chosen = listing.chosen
    by_fields = {chosen.filters[key].of for key in chosen.on if chosen.filters[key].of}
    named = by_fields or set(chosen.on.get("type", ()))
    return named.pop() if len(named) == 1 else ""


def groups(listing: Listing) -> list[dict[str, Any]]:
    """Each filter with its values, whether they are on, and the address that switches them. A type's own fields stand
    there while it is filtered by that type, or by them."""
    found = []
    types_on = listing.chosen.on.get("type", [])
    for key, one in listing.chosen.filters.items():
        on = listing.chosen.on.get(key, [])
        if one.of and not on and one.of not in types_on:
            continue
        values = []
        for value, label in listing.chosen.offered[key]:
            switched = [kept for kept in on if kept != value] if value in on else [*on, value]
            others = {**listing.chosen.on, key: switched}
            values.append({"value": value, "label": label, "on": value in on, "query": listing.query(on=others)})
        found.append({"key": key, "label": one.label, "kind": one.kind, "typed": one.kind in TYPED, "choices": values})
    return found
