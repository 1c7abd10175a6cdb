from django.apps import AppConfig


class PersonsConfig(AppConfig):
    name = "jingming.persons"
    label = "persons"

    def ready(self) -> None:
        from jingming.audit.sentences import read_as  # noqa: PLC0415  # words need the apps

        from .rules import Basis, Ground  # noqa: PLC0415

        read_as("persons.basis", lambda value: str(Basis(value).label) if value in Basis.values else str(value))
        read_as("persons.ground", lambda value: str(Ground(value).label) if value in Ground.values else str(value))
