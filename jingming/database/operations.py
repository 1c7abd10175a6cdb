"""What the slices' migrations use: a model whose table is partitioned by month.

    operations.CreatePartitioned(
        name="Entry",
        by="at",
        fields=[
            ("pk", models.CompositePrimaryKey("id", "at", ...)),
            ("id", models.BigIntegerField(db_default=Func(Value("audit_entry_id_seq"), function="nextval"), ...)),
            ("at", models.DateTimeField()),
            ...
        ],
    )

Let `makemigrations` write CreateModel, then change its name and add `by`. The migration depends on
("database", "0001_months"). Primary key and unique constraints contain the time; nothing refers to the table.
"""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState
from django.db.models import Func, Value

Editor = BaseDatabaseSchemaEditor


class CreatePartitioned(migrations.CreateModel):
    """CreateModel, with PARTITION BY RANGE (`by`), a partition for rows that no month takes, and ids from a sequence.

    `append_only` (the default) adds triggers that refuse UPDATE, DELETE and TRUNCATE to everybody, the owner included.
    Months themselves are made by `partitions.ensure_months` and `keep_ahead`.
    """

    def __init__(
        self,
        name: str,
        fields: list[tuple[str, models.Field[Any, Any]]],
        options: dict[str, Any] | None = None,
        bases: tuple[type[Any], ...] | None = None,
        managers: list[tuple[str, models.Manager[Any]]] | None = None,
        *,
        by: str,
        append_only: bool = True,
    ) -> None:
        self.by = by
        self.append_only = append_only
        super().__init__(name, fields, options, bases, managers)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        name, args, kwargs = super().deconstruct()
        return name, list(args), {**kwargs, "by": self.by, "append_only": self.append_only}

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        apps: Apps = to_state.apps
        model = apps.get_model(app_label, self.name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        quote = schema_editor.quote_name
        table = quote(model._meta.db_table)
        column = model._meta.get_field(self.by).column
        sequences = {field.column: name for field in model._meta.local_fields if (name := _sequence_of(field))}
        for sequence in sequences.values():
            # nosemgrep: sql-put-together  # names are quoted, and come from migrations
            schema_editor.execute(f"CREATE SEQUENCE {quote(sequence)} AS bigint")
        plain = schema_editor.sql_create_table
        schema_editor.sql_create_table = f"{plain} PARTITION BY RANGE ({quote(column).replace('%', '%%')})"
        try:
            schema_editor.create_model(model)
        finally:
            schema_editor.sql_create_table = plain
        for owner, sequence in sequences.items():
            # nosemgrep: sql-put-together  # names are quoted, and come from migrations
            schema_editor.execute(f"ALTER SEQUENCE {quote(sequence)} OWNED BY {table}.{quote(owner)}")
        schema_editor.execute(
            "SELECT jingming_prepare_months(quote_ident(%s)::regclass, %s)", [model._meta.db_table, self.append_only]
        )

    def describe(self) -> str:
        return f"Create model {self.name}, partitioned by month of {self.by}"


def _sequence_of(field: models.Field[Any, Any]) -> str | None:
    """The sequence that feeds the field by `db_default=Func(Value(name), function="nextval")`."""
    default = getattr(field, "db_default", None)
    if not isinstance(default, Func) or default.extra.get("function", default.function) != "nextval":
        return None
    [name] = default.get_source_expressions()
    return str(name.value) if isinstance(name, Value) else None
