from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "jingming.ui"
    label = "ui"
