from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "jingming.database"
    label = "database"
