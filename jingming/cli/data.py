"""Bring data in and out: other systems, master data, the demo company. Bars go to stderr, results to stdout."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click
from django.utils.translation import gettext as _

from jingming.accounts.models import Staff
from jingming.accounts.queries import by_login
from jingming.base.clock import now
from jingming.base.environment import read_environment
from jingming.base.errors import NotAllowed
from jingming.loading import event_log
from jingming.loading.access import kinds_open_to
from jingming.loading.queries import matched_before
from jingming.loading.rules import LONGEST_REASON, SHOWN
from jingming.loading.sheets import exporting, matching, problems
from jingming.loading.sheets.kinds import KINDS, Kind
from jingming.loading.sheets.loading import File, Outcome, load_sheet
from jingming.loading.sheets.reading import open_sheet
from jingming.loading.sheets.work import Terms
from jingming.organisation.models import Unit

from .bars import Bars

MAPPINGS = Path(event_log.__file__).parent / "mappings"


@click.group("import")
def import_group() -> None:
    """Bring in what another system holds."""


@import_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--mapping", required=True, help="Mapping file, or the name of one that is shipped: incident_events.")
def events(file: Path, mapping: str) -> None:
    """Import the event log FILE of another system.

    What has come in before adds nothing. The last line is JSON: {"orders", "events", "odd_rows", "already_present"}.
    """
    with Bars() as bars:
        figures = event_log.import_events(file, mapping_file(mapping), progress=bars)
    click.echo(json.dumps(figures))


def mapping_file(name: str) -> Path:
    """The file that is meant: a path, or the name of a mapping that is shipped."""
    shipped = MAPPINGS / f"{name}.toml"
    if "/" not in name and shipped.is_file() and not Path(name).exists():
        return shipped
    if not Path(name).is_file():
        known = ", ".join(sorted(path.stem for path in MAPPINGS.glob("*.toml")))
        raise click.BadParameter(f"there is no mapping {name}. Shipped are: {known}", param_hint="--mapping")
    return Path(name)


# --- Master data ----------------------------------------------------------------------------------------------------
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
AS = click.option("--as", "username", help="Act within the rights of this person; without it everything is open.")


@click.option("--mapping", multiple=True, metavar="COLUMN=KEY", help="Match a column by hand, as often as needed.")
@click.option("--sheet", default="", help="Name of the sheet of a workbook.")
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--skip-bad", is_flag=True, help="Load the others where some rows cannot be loaded.")
@click.option("--empty-clears", is_flag=True, help="An empty cell empties the field.")
@click.option("--errors", type=click.Path(dir_okay=False, path_type=Path), help="Write the bad rows here, as .xlsx.")
@AS
@FILE
@click.pass_context
def import_sheet(
    context: click.Context, *, file: Path, mapping: tuple[str, ...], sheet: str, dry_run: bool, skip_bad: bool,
    empty_clears: bool, errors: Path | None, username: str | None,
) -> None:  # fmt: skip
    """Load master data from FILE, an Excel or CSV file, all or nothing.

    What agrees with what is kept already changes nothing. The last line is JSON: {"new", "changed", "same", "bad",
    "loaded"}; the exit code is 1 if any row was refused.
    """
    kind = KINDS[str(context.info_name)]
    meant = File(file, file.name, sheet)
    terms = Terms(by=_person(username, kind), at=now(), write=not dry_run, empty_clears=empty_clears)
    with Bars() as bars:
        matched = _matched(kind, meant, mapping, terms.by)
        outcome = load_sheet(meant, kind, matched, terms, skip_bad=skip_bad, progress=bars)
        _tell(kind, outcome, bars)
        if errors is not None and outcome.bad:
            problems.write(errors, meant, outcome.bad)
    click.echo(json.dumps({**outcome.counts.as_dict(), "loaded": outcome.loaded}))
    if outcome.bad:
        sys.exit(1)


def _matched(kind: Kind, file: File, by_hand: tuple[str, ...], person: Staff | None) -> dict[str, int]:
    """The columns as the person matched them before, else by their names; and by what was said on the command line."""
    with open_sheet(file.path, name=file.name, sheet=file.sheet) as sheet:
        names = sheet.heading.names
    matched = matched_before(person, kind, names) if person else matching.propose(kind, names)
    for pair in by_hand:
        name, _equals, key = pair.rpartition("=")
        if name not in names:
            raise click.BadParameter(f"the file has no column “{name}”", param_hint="--mapping")
        if key not in {column.key for column in kind.columns}:
            known = ", ".join(column.key for column in kind.columns)
            raise click.BadParameter(f"there is no column {key}. There are: {known}", param_hint="--mapping")
        matched[key] = names.index(name)
    return matched


def _tell(kind: Kind, outcome: Outcome, bars: Bars) -> None:
    """What was noticed, and what is wrong, in sentences on stderr."""
    for note in outcome.notes:
        bars.tell(note)
    for problem in outcome.problems[:SHOWN]:
        label = str(kind.column(problem.column).label) if problem.column else ""
        where = " · ".join(part for part in (str(problem.row), label, problem.value) if part)
        bars.tell(f"{where}: {problem.sentence}")


def _person(username: str | None, kind: Kind) -> Staff | None:
    """Within whose rights it is done; None for the system, which may everything."""
    person = by_login(username) if username else None
    if username and person is None:
        raise click.BadParameter(f"nobody signs in as {username}", param_hint="--as")
    if person is not None and kind not in kinds_open_to(person):
        raise NotAllowed(_("%(name)s may not load or export this kind of data.") % {"name": person.name})
    return person


def _said(_context: click.Context, _option: click.Parameter, value: str) -> str:
    reason = value.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise click.BadParameter(f"say why, in {LONGEST_REASON} characters at most")
    return reason


for _kind in KINDS.values():
    import_group.command(_kind.code, short_help=f"Load {_kind.code} from an Excel or CSV file.")(import_sheet)


@click.command("export")
@click.argument("kind", type=click.Choice(list(KINDS)))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--unit", default="", help="Only this place, by its code.")
@click.option("--reason", required=True, callback=_said, help="Why it is exported; the audit keeps it.")
@AS
def export_sheet(*, kind: str, file: Path, unit: str, reason: str, username: str | None) -> None:
    """Write master data of one KIND into FILE, .xlsx or .csv. The last line is JSON: {"rows"}."""
    form = file.suffix.lower().removeprefix(".")
    if form not in {"xlsx", "csv"}:
        raise click.BadParameter("the name of the file ends with .xlsx or .csv", param_hint="FILE")
    person, at = _person(username, KINDS[kind]), now()
    with Bars() as bars:
        rows = exporting.by_command(
            file, KINDS[kind], by=person, form=form, unit=unit, reason=reason, at=at, progress=bars
        )
    click.echo(json.dumps({"rows": rows}))


@click.command("demo")
@click.option("--scale", type=float, help="Share of a city of 159,806 customers; JINGMING_DEMO_SCALE when not given.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same city.")
@click.option("--orders", type=int, help="So many orders instead of a year's, up to 10,000,000, for measuring.")
@click.option("--once", is_flag=True, help="Do nothing where there is a company already, or where the scale is 0.")
@click.option("--part", hidden=True, help="PART/PARTS of the orders of the city under way; started by the demo itself.")
def demo_company(*, scale: float | None, seed: int, orders: int | None, once: bool, part: str | None) -> None:
    """Load the demo city into an empty installation, or finish one whose loading was broken off."""
    meant = read_environment(os.environ).demo_scale if scale is None else scale
    from jingming.loading import demo

    if part is not None:
        number, parts = map(int, part.split("/"))
        demo.load_part(number, parts, told_of=click.echo)
        return
    if once and (meant == 0 or (Unit.objects.exists() and not demo.unfinished())):
        return

    with Bars() as bars:
        try:
            demo.build(meant, seed, now(), progress=bars, orders=orders)
        except demo.CompanyExists as there:  # nothing to do is no failure
            bars.tell(there.message)


COMMANDS: dict[str, click.Command] = {"import": import_group, "export": export_sheet, "demo": demo_company}
