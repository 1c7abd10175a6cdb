from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "jingming.audit"
    label = "audit"
