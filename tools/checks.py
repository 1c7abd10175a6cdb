"""Checks that need Django but no database: system checks, templates compile, migrations are complete."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent


def problems() -> Iterator[str]:
    """Everything found wrong, as lines."""
    from django.core import checks  # noqa: PLC0415  # Django must be set up first

    found = checks.run_checks()
    yield from (str(message) for message in found if message.is_serious(checks.WARNING) and not message.is_silenced())
    yield from templates_that_do_not_compile()
    yield from changes_without_migration()


def templates_that_do_not_compile() -> Iterator[str]:
    """Templates with a fault in them, each with its reason."""
    from django.template import TemplateSyntaxError, engines  # noqa: PLC0415

    for path in sorted((ROOT / "jingming").glob("**/templates/**/*.html")):
        name = path.as_posix().rpartition("/templates/")[2]
        try:
            engines["django"].get_template(name)
        except TemplateSyntaxError as error:
            yield f"{path.relative_to(ROOT)}: {error}"


def changes_without_migration() -> Iterator[str]:
    """Changes of models that no migration makes."""
    from django.apps import apps  # noqa: PLC0415
    from django.db.migrations.autodetector import MigrationAutodetector  # noqa: PLC0415
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415
    from django.db.migrations.state import ProjectState  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    loader = MigrationLoader(None)
    for app, names in loader.detect_conflicts().items():
        yield f"{app}: migrations that do not know each other: {', '.join(names)}"
    own = {config.label for config in apps.get_app_configs() if config.name.startswith("jingming.")}
    with translation.override(None):  # migrations hold the words of the code, not their translations
        detector = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps))
        changes = detector.changes(graph=loader.graph, trim_to_apps=own)
    for app in own & changes.keys():
        for migration in changes[app]:
            yield from (f"{app}: no migration for: {operation.describe()}" for operation in migration.operations)


def main() -> None:
    """Print the problems; exit code 1 if there are any."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    found = list(problems())
    for line in found:
        print(line, file=sys.stderr)
    if found:
        sys.exit(1)
    print("Settings, templates and migrations are sound.")


if __name__ == "__main__":
    main()
