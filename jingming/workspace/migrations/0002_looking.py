"""Who has which order open; not logged, because it is of the moment only."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0001_drafts"),
        ("workorders", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name="Looking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tab", models.UUIDField(help_text="drawn by the page when it is opened")),
                ("writing", models.BooleanField(default=False, help_text="a form of an act is open")),
                ("seen_at", models.DateTimeField(db_index=True)),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.CASCADE,
                        related_name="+",
                        to="workorders.workorder",
                    ),
                ),
                (
                    "staff",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=models.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "look at an order",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("order"), models.F("staff"), models.F("tab"), name="a_page_looks_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE workspace_looking SET UNLOGGED", "ALTER TABLE workspace_looking SET LOGGED"
        ),
    ]
