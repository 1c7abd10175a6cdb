from django.db import migrations

BATCH = 50_000

# As jingming.customers.rules.grams: each four digits that stand together, the last four once more above 10,000.
FILL = """
UPDATE customers_phone SET grams = (
    SELECT array_agg(DISTINCT gram ORDER BY gram) FROM (
        SELECT substr(digits, place, 4)::integer FROM generate_series(1, length(digits) - 3) AS place
        UNION ALL SELECT 10000 + right(digits, 4)::integer
    ) AS of_it (gram)
) FROM (SELECT id AS phone_id, ltrim(number, '+') AS digits FROM customers_phone) AS plain
WHERE phone_id = id AND length(digits) > 3 AND grams = '{}' AND id > %s AND id <= %s
"""


def fill(apps, editor):
    """Give the phones that were written before their grams, some at a time."""
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT min(id), max(id) FROM customers_phone")
        first, last = cursor.fetchone()
        for begin in range(first - 1, last, BATCH) if first else ():
            cursor.execute(FILL, [begin, begin + BATCH])


class Migration(migrations.Migration):

    atomic = False  # each batch is kept as it is done; begun again, it does no harm

    dependencies = [
        ("customers", "0008_phone_grams"),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
