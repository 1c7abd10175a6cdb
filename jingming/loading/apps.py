from django.apps import AppConfig


class LoadingConfig(AppConfig):
    name = "jingming.loading"
    label = "loading"

    def ready(self) -> None:
        """Let the audit know the words of this slice."""
        from . import told  # noqa: F401, PLC0415  # models are there only now
