from django.apps import AppConfig


class WorkOrdersConfig(AppConfig):
    name = "jingming.workorders"
    label = "workorders"
