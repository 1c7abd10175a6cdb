import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # built beside the work that goes on

    dependencies = [
        ('customers', '0003_fill_initials'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('initials'), function='array_to_tsvector', output_field=django.contrib.postgres.search.SearchVectorField()), name='customer_by_initials'),
        ),
        AddIndexConcurrently(
            model_name='phone',
            index=models.Index(django.db.models.functions.text.Right('number', 4), name='phone_by_last_four'),
        ),
    ]
