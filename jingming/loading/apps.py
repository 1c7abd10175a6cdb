from django.apps import AppConfig


class LoadingConfig(AppConfig):
    name = "jingming.loading"
    label = "loading"
