from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "jingming.workspace"
    label = "workspace"
