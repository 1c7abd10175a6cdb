"""Contracts that the import linter does not know by itself; pyproject.toml says what they are asked.

Both look at direct imports only: an action may call what renders a page in the end, it may not import it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, output
from importlinter import fields as linter_fields

fields: Any = linter_fields  # a field is declared on the class and holds words on its instances
Words = set[str]
ROOT = Path(__file__).resolve().parent.parent


def place(module: str) -> tuple[str, str] | None:
    """Slice and file of a module: `jingming.accounts.views.staff` stands in the file `views` of `accounts`."""
    parts = module.split(".")
    return (parts[1], parts[2]) if parts[0] == "jingming" and len(parts) > 2 else None


class OwnSliceContract(Contract):
    """The named files of a slice are imported by that slice and by config, which puts the project together."""

    type_name = "own_slice"
    files: Words = fields.SetField(subfield=fields.StringField())
    shared: Words | None = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001  # the linter's signature
        strangers = sorted(
            (importer, module)
            for module in graph.modules
            if (where := place(module)) and where[1] in self.files and where[0] not in (self.shared or ())
            for importer in graph.find_modules_that_directly_import(module)
            if not importer.startswith((f"jingming.{where[0]}.", "config."))
        )
        return ContractCheck(kept=not strangers, metadata={"strangers": strangers})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, module in check.metadata["strangers"]:
            output.print_error(f"{importer} imports {module}, which belongs to another slice")


class NoHttpContract(Contract):
    """The named files import nothing from the named packages, save what is allowed by name.

    What they import is read from their source: the linter's graph knows outside packages by their first name alone.
    """

    type_name = "no_http"
    files: Words = fields.SetField(subfield=fields.StringField())
    packages: Words = fields.SetField(subfield=fields.StringField())
    allowed: Words | None = fields.SetField(subfield=fields.StringField(), required=False)

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: FBT001  # the linter's signature
        found = sorted(
            (module, name)
            for module in graph.modules
            if (where := place(module)) and where[1] in self.files
            for name in imported_names(module)
            if name not in (self.allowed or ()) and f"{name}.".startswith(tuple(f"{p}." for p in self.packages))
        )
        return ContractCheck(kept=not found, metadata={"found": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for module, name in check.metadata["found"]:
            output.print_error(f"{module} imports {name}")


def imported_names(module: str) -> Iterator[str]:
    """The dotted names that a module of the project imports absolutely, wherever in it."""
    where = ROOT.joinpath(*module.split("."))
    source = where / "__init__.py" if where.is_dir() else where.with_suffix(".py")
    for node in ast.walk(ast.parse(source.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
