from django.apps import AppConfig


class OrganisationConfig(AppConfig):
    name = "jingming.organisation"
    label = "organisation"
