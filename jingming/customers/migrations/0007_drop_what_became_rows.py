from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("customers", "0006_fill_tenures_devices_elements"),
    ]

    operations = [
        migrations.RemoveField(model_name="servicepoint", name="device_number"),
        migrations.RemoveField(model_name="servicepoint", name="network_element"),
    ]
