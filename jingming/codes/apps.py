from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "jingming.codes"
    label = "codes"
