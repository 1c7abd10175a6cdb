from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "jingming.files"
    label = "files"
