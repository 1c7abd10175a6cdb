from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "jingming.privacy"
    label = "privacy"
