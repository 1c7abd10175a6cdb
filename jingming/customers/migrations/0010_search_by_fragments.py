import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False  # built beside the work that goes on

    dependencies = [
        ('customers', '0009_fill_phone_grams'),
        ('database', '0003_tokens'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='phone',
            index=django.contrib.postgres.indexes.GinIndex(fields=["grams"], name='phone_by_grams'),
        ),
        RemoveIndexConcurrently(
            model_name='phone',
            name='phone_by_last_four',
        ),
        AddIndexConcurrently(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('initials'), models.F('province_id'), models.F('city_id'), models.F('district_id'), function='jingming_initials_at', output_field=django.contrib.postgres.search.SearchVectorField()), name='customer_by_initials_at'),
        ),
        RemoveIndexConcurrently(
            model_name='customer',
            name='customer_by_initials',
        ),
        AddIndexConcurrently(
            model_name='customer',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('name'), models.F('province_id'), models.F('city_id'), models.F('district_id'), function='jingming_tokens_at', output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)), name='customer_by_fragment'),
        ),
        AddIndexConcurrently(
            model_name='servicepoint',
            index=django.contrib.postgres.indexes.GinIndex(models.Func(models.F('address'), models.F('province_id'), models.F('city_id'), models.F('district_id'), function='jingming_tokens_at', output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)), name='service_point_by_fragment'),
        ),
    ]
