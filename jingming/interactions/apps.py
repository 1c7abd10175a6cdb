from django.apps import AppConfig


class InteractionsConfig(AppConfig):
    name = "jingming.interactions"
    label = "interactions"
