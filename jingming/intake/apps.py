from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "jingming.intake"
    label = "intake"
