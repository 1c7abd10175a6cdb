from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "jingming.live"
    label = "live"
