from django.db import migrations

# Whoever holds a point has held it since it was served: what was before was not kept.
TENURES = """
INSERT INTO customers_tenure (customer_id, service_point_id, relation, since, province_id, city_id, district_id)
SELECT customer_id, id, 'holder', occurred_at, province_id, city_id, district_id FROM customers_servicepoint
"""
DEVICES = """
INSERT INTO customers_device (service_point_id, kind, number, model)
SELECT id, 'other', device_number, '' FROM customers_servicepoint WHERE device_number <> ''
"""
# A word that could be a code becomes one; any other keeps its words as a name and gets a number.
ELEMENTS = """
WITH named AS (
    SELECT DISTINCT ON (network_element)
           network_element AS name, upper(network_element) AS code, occurred_at, province_id, city_id, district_id
    FROM customers_servicepoint WHERE network_element <> '' ORDER BY network_element, occurred_at
), coded AS (
    SELECT name, occurred_at, province_id, city_id, district_id,
           CASE WHEN code ~ '^[0-9A-Z]([0-9A-Z._-]*[0-9A-Z])?$' AND length(code) <= 30
                     AND count(*) OVER (PARTITION BY code) = 1
                THEN code ELSE 'OLD-' || row_number() OVER (ORDER BY name) END AS code
    FROM named
)
INSERT INTO customers_networkelement
       (code, kind, name, path, active, extra, occurred_at, recorded_at, imported, version,
        province_id, city_id, district_id)
SELECT code, 'other', name, code || '/', true, '{}', occurred_at, now(), false, 1, province_id, city_id, district_id
FROM coded
"""
FED = """
UPDATE customers_servicepoint point SET element_id = element.id
FROM customers_networkelement element WHERE point.network_element = element.name AND point.network_element <> ''
"""


class Migration(migrations.Migration):

    dependencies = [
        ("customers", "0005_archive_complete"),
    ]

    operations = [migrations.RunSQL(sql, migrations.RunSQL.noop) for sql in (TENURES, DEVICES, ELEMENTS, FED)]
