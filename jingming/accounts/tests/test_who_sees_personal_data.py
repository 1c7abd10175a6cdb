"""Whether somebody sees personal data whole, and what became of rights when there was no such right yet."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

import pytest

from jingming.accounts import actions, roles
from jingming.accounts.access import sees
from jingming.accounts.eyes import sees_numbers
from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import PERSONAL, SHIPPED_ROLES, Authority
from jingming.base.clock import now
from jingming.organisation.models import Department

upgrade = import_module("jingming.accounts.migrations.0016_who_sees_personal_data")


def again(person: Staff) -> Staff:
    return Staff.objects.get(pk=person.pk)


def test_who_serves_sees_all_and_who_looks_on_or_administers_nothing(company: dict[str, Staff]):
    serve = {"agent1", "dispatcher1", "head1", "engineer1", "callback1", "account1"}
    look_on = {
        "inspector1",
        "supervisor1",
        "approval1",
        "authority1",
        "manager1",
        "sysadmin1",
        "secadmin1",
        "auditadmin1",
    }

    assert {name for name in serve | look_on if all(sees(company[name], field) for field in PERSONAL)} == serve
    assert {name for name in serve | look_on if any(sees(company[name], field) for field in PERSONAL)} == serve
    assert [sees_numbers(company["agent1"]), sees_numbers(company["manager1"])] == [True, False]


def test_who_serves_in_one_place_and_looks_on_elsewhere_sees_what_lies_in_the_first(dispatcher: Staff, secadmin: Staff):
    wuhu = Department.objects.filter(city__code="340200").first()
    assert wuhu is not None
    inspector = Role.objects.get(code="inspector")
    actions.post(dispatcher, role=inspector, department=wuhu, scope="subtree", unit=wuhu.city, by=secadmin, at=now())
    person, here = again(dispatcher), SimpleNamespace(city_id=dispatcher.department.city_id)

    assert [sees(person, Authority.SEE_NAMES, row) for row in (here, SimpleNamespace(city_id=wuhu.city_id), None)] == [
        True, False, False,
    ]  # fmt: skip


def test_each_field_is_a_right_of_its_own(inspector: Staff, secadmin: Staff):
    role = Role.objects.get(code="inspector")
    more = [*role.authorities, Authority.SEE_NAMES]
    roles.change(role, label=role.label, authorities=more, known=roles.as_known(role), by=secadmin, at=now())

    assert [sees(again(inspector), field) for field in PERSONAL] == [False, True, False]


@pytest.mark.parametrize(
    ("code", "authorities", "copy_of", "given"),
    [
        ("agent", ["intake.take"], "", upgrade.WHOLE),
        ("manager", ["orders.see"], "", upgrade.MASKED),
        ("sysadmin", ["codes.change"], "", []),
        ("night_engineer", ["orders.see"], "engineer", upgrade.WHOLE),
        ("night_manager", ["orders.see", "customers.change"], "manager", upgrade.MASKED),
        ("keeper", ["customers.see", "customers.change"], "", upgrade.WHOLE),
        ("reader", ["customers.see"], "gone", upgrade.MASKED),
    ],
)
def test_an_installation_that_is_there_goes_on_as_its_roles_mean(
    code: str, authorities: list[str], copy_of: str, given: list[str]
):
    shipped = [SimpleNamespace(pk=place, code=name, authorities=[]) for place, name in enumerate(SHIPPED_ROLES)]
    role = SimpleNamespace(pk=100, code=code, authorities=authorities)

    assert upgrade._due(role, {100: copy_of}, set(SHIPPED_ROLES), shipped) == given
