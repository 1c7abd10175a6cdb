"""Who exports work orders: the roles as they are shipped, and those of installations that were there before."""

from __future__ import annotations

from importlib import import_module
from types import SimpleNamespace

from django.apps import apps

from jingming.accounts.access import has
from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import SHIPPED_ROLES, Authority

upgrade = import_module("jingming.accounts.migrations.0021_who_exports_orders")
EDITOR = SimpleNamespace(connection=SimpleNamespace(alias="default"))
WHO = {"dispatcher", "head", "inspector", "supervisor", "manager"}


def holders() -> set[str]:
    return set(Role.objects.filter(authorities__contains=[Authority.EXPORT_ORDERS]).values_list("code", flat=True))


def test_who_supervises_or_manages_exports_orders_and_nobody_else(company: dict[str, Staff]):
    able = {name for name, person in company.items() if has(person, Authority.EXPORT_ORDERS)}

    assert able == {"dispatcher1", "head1", "head2", "head3", "inspector1", "supervisor1", "manager1", "stranger1"}
    assert {code for code, (_zh, _en, held) in SHIPPED_ROLES.items() if Authority.EXPORT_ORDERS in held} == WHO


def test_roles_that_were_there_get_it_once(company: dict[str, Staff]):
    for role in Role.objects.all():
        role.authorities = [held for held in role.authorities if held != Authority.EXPORT_ORDERS]
        role.save(update_fields=["authorities"])
    before = dict(Role.objects.values_list("code", "authorities"))
    assert holders() == set()

    upgrade.give(apps, EDITOR)
    upgrade.give(apps, EDITOR)

    assert holders() == WHO
    after = dict(Role.objects.values_list("code", "authorities"))
    assert {code: [*before[code], "orders.export"] if code in WHO else before[code] for code in before} == after
