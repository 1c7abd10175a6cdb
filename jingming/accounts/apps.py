from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jingming.accounts"
    label = "accounts"
