from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "jingming.accounts"
    label = "accounts"

    def ready(self) -> None:
        from jingming.live.sessions import keep_out  # noqa: PLC0415  # models may be read from here on

        from .queries import lacking_second_factor  # noqa: PLC0415

        keep_out(lacking_second_factor)
