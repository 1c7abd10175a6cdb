"""An order as somebody follows it through the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.cast import Caller


@dataclass
class Order:
    """An order as somebody follows it through the API: acts carry the version that was read last."""

    number: str
    people: Callable[[str], Caller]

    def seen_by(self, person: str) -> dict[str, Any]:
        answer = self.people(person).get(f"/work-orders/{self.number}")
        assert answer.status_code == 200, answer.content.decode()
        return dict(answer.json())

    def asked(self, person: str, act: str, **values: object) -> Any:
        """The raw answer to an act."""
        version = values.pop("version", None) or self.seen_by(person)["version"]
        return self.people(person).post(f"/work-orders/{self.number}/acts", {"act": act, "version": version, **values})

    def act(self, person: str, act: str, **values: object) -> dict[str, Any]:
        answer = self.asked(person, act, **values)
        assert answer.status_code == 200, (act, answer.content.decode())
        return dict(answer.json())

    def refused(self, person: str, act: str, status: int, **values: object) -> str:
        """The sentence of a refusal, which has changed nothing."""
        before = self.seen_by("manager1")
        answer = self.asked(person, act, **values)
        assert answer.status_code == status, answer.content.decode()
        assert self.seen_by("manager1")["version"] == before["version"]
        assert len(self.seen_by("manager1")["history"]) == len(before["history"])
        return str(answer.json()["detail"])

    def way(self) -> list[tuple[str, str]]:
        """Act and state after it, from the beginning."""
        return [(line["act"], line["to_status"]) for line in self.seen_by("manager1")["history"]]
