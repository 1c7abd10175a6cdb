"""Changes are numbered, so that a browser that was away can say what it heard last."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE live_change_id_seq AS bigint CACHE 20",
            "DROP SEQUENCE live_change_id_seq",
        ),
    ]
