from django.db import migrations


class Migration(migrations.Migration):
    """The list of repairs reads the few failed jobs, not the many that went well."""

    atomic = False  # built beside the work that goes on

    dependencies = [
        ("database", "0001_months"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS failed_job_by_id ON procrastinate_jobs (id) WHERE status = 'failed'",
            "DROP INDEX CONCURRENTLY IF EXISTS failed_job_by_id",
        ),
    ]
