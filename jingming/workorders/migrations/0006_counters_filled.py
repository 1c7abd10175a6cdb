from django.db import migrations

# Orders that somebody has to do with: under way, or with a step that waits for a review.
FILL = """
    CREATE TEMPORARY TABLE standing_now ON COMMIT DROP AS
    SELECT * FROM workorders_standing WHERE order_id IN (
        SELECT id FROM workorders_workorder WHERE status IN ('untreated', 'processing', 'processed', 'suspended')
        UNION SELECT order_id FROM workorders_review WHERE result = ''
    );
    INSERT INTO workorders_tally
        (key, queue, departments, staff, seen_departments, seen_staff, province_id, city_id, district_id, count)
    SELECT key, queue, departments, staff, seen_departments, seen_staff, province_id, city_id, district_id, count(*)
    FROM standing_now
    GROUP BY key, queue, departments, staff, seen_departments, seen_staff, province_id, city_id, district_id;
    INSERT INTO workorders_queued (order_id, key) SELECT order_id, key FROM standing_now;
"""


class Migration(migrations.Migration):
    """The counters of orders that are already there."""

    dependencies = [("workorders", "0005_counters")]
    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
