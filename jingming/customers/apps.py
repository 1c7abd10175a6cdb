from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "jingming.customers"
    label = "customers"
