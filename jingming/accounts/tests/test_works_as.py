"""As what a role works: chosen where it is made, changed by whoever gives rights, and no way around the policy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from django.db import IntegrityError, connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import translation

from jingming.accounts import actions, queries, roles
from jingming.accounts.forms.staff import PersonForm
from jingming.accounts.models import Role, Staff
from jingming.accounts.rules import ADMINISTRATORS, ITSELF, SHIPPED_ROLES, administrations_of, stands_as
from jingming.audit.models import Entry
from jingming.audit.sentences import sentence
from jingming.base.errors import NotAllowed, Unfit
from jingming.customers.access import managers_open_to
from jingming.database.address import OWNER
from jingming.database.tests.workbench import OwnDatabase

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
WORDS = {"zh": "高级派单", "en": "Senior dispatcher"}
SignedIn = Callable[[Staff], Client]


def made(works_as: str, *, authorities: tuple[str, ...] = (), by: Staff) -> Role:
    return roles.make(code="senior", label=WORDS, authorities=authorities, works_as=works_as, by=by, at=AT)


def changed(role: Role, works_as: str, *, by: Staff) -> Role:
    known = roles.as_known(role)
    return roles.change(
        role, label=role.label, authorities=role.authorities, works_as=works_as, known=known, by=by, at=AT
    )


def told(key: str) -> tuple[object, str]:
    line = Entry.objects.filter(key=key).latest("id")
    with translation.override("en"):
        return line.facts["works_as"], sentence(line.key, line.facts)


@pytest.mark.django_db
def test_shipped_roles_work_as_themselves():
    assert dict(Role.objects.values_list("code", "works_as")) == {code: code for code in SHIPPED_ROLES}
    assert {name: administrations_of(SHIPPED_ROLES[code][2]) for name, code in ADMINISTRATORS.items()} == {
        name: [name] for name in ADMINISTRATORS
    }


def test_a_copy_works_as_the_other_unless_something_else_is_chosen(signed_in: SignedIn, secadmin: Staff):
    browser = signed_in(secadmin)
    form = browser.get("/roles/dispatcher/copy/").context["form"]
    offered = [value for value, _label in form.fields["works_as"].choices]
    sent = {"code": "senior", **WORDS, "works_as": form["works_as"].value()}

    assert offered == ["", ITSELF, *Role.objects.order_by("pk").values_list("code", flat=True)]
    assert browser.post("/roles/dispatcher/copy/", sent).status_code == 302
    assert browser.post("/roles/dispatcher/copy/", {**sent, "code": "viewer", "works_as": ""}).status_code == 302
    assert browser.post("/roles/dispatcher/copy/", {**sent, "code": "other", "works_as": ITSELF}).status_code == 302
    refused = browser.post("/roles/dispatcher/copy/", {**sent, "code": "odd", "works_as": "senior"})

    assert list(refused.context["form"].errors) == ["works_as"]
    assert dict(Role.objects.exclude(code__in=SHIPPED_ROLES).values_list("code", "works_as")) == {
        "senior": "dispatcher", "viewer": "", "other": "other",
    }  # fmt: skip
    assert browser.get("/roles/senior/copy/").context["form"]["works_as"].value() == "dispatcher"
    assert browser.get("/roles/other/copy/").context["form"]["works_as"].value() == ITSELF


def test_the_page_says_what_it_means_and_the_change_is_told(signed_in: SignedIn, secadmin: Staff):
    role = made("", authorities=("orders.see",), by=secadmin)
    browser = signed_in(secadmin)
    page = browser.get("/roles/senior/")
    sent = {**WORDS, "authorities_0": ["orders.see"], "known": page.context["form"]["known"].value()}

    assert "queues, acts in the flows of orders, entries of the menu and first page" in page.text
    assert browser.post("/roles/senior/", {**sent, "works_as": "dispatcher"}).status_code == 302
    role.refresh_from_db()
    assert (role.works_as, role.authorities) == ("dispatcher", ["orders.see"])
    assert told("accounts.role_changed") == (
        ["", "dispatcher"], "changed what a role may do: role “senior”; work as “Dispatcher”",
    )  # fmt: skip
    changed(role, "head", by=secadmin)
    assert told("accounts.role_changed")[1].endswith("work as from “Dispatcher” to “Department head”")
    roles.make(code="viewer", label=WORDS, authorities=[], by=secadmin, at=AT)
    roles.make(code="other", label=WORDS, authorities=[], works_as=ITSELF, by=secadmin, at=AT)
    works = browser.get("/roles/").context["matrix"].works
    assert works == [""] * len(SHIPPED_ROLES) + ["Department head", "Rights alone", "Itself"]


def test_the_page_of_a_shipped_role_offers_no_other_work(signed_in: SignedIn, secadmin: Staff):
    browser = signed_in(secadmin)
    form = browser.get("/roles/agent/").context["form"]
    sent = {name: form[name].value() for name in form.fields} | {"zh": "坐席", "works_as": "head"}

    assert browser.post("/roles/agent/", sent).status_code == 302
    assert Role.objects.values_list("label__zh", "works_as").get(code="agent") == ("坐席", "agent")
    with pytest.raises(Unfit):
        changed(Role.objects.get(code="agent"), "head", by=secadmin)
    roles.reset(Role.objects.get(code="agent"), by=secadmin, at=AT)
    assert Role.objects.get(code="agent").works_as == "agent"


def test_nobody_undoes_the_work_that_another_has_chosen_meanwhile(signed_in: SignedIn, secadmin: Staff, manager: Staff):
    role = made("", by=secadmin)
    browser = signed_in(secadmin)
    known = browser.get("/roles/senior/").context["form"]["known"].value()
    changed(role, "dispatcher", by=manager)

    refused = browser.post("/roles/senior/", {**WORDS, "works_as": "head", "known": known})
    assert refused.status_code == 422
    assert "Works as: Dispatcher." in refused.text
    assert Role.objects.get(code="senior").works_as == "dispatcher"
    again = refused.context["form"]["known"].value()
    assert browser.post("/roles/senior/", {**WORDS, "works_as": "head", "known": again}).status_code == 302
    assert Role.objects.get(code="senior").works_as == "head"


def test_nobody_gives_work_to_themselves(secadmin: Staff):
    role = made("dispatcher", by=secadmin)
    actions.post(secadmin, role=role, department=secadmin.department, scope="all", by=None, at=AT)

    with pytest.raises(NotAllowed):
        changed(role, "head", by=Staff.objects.get(pk=secadmin.pk))
    role.refresh_from_db()
    assert (role.works_as, Entry.objects.filter(key="accounts.role_changed").count()) == ("dispatcher", 0)
    assert changed(role, "", by=Staff.objects.get(pk=secadmin.pk)).works_as == ""


@pytest.mark.parametrize("work", ["no_such_role", "viewer"])
def test_the_database_knows_no_work_of_a_role_that_there_is_not(secadmin: Staff, work: str):
    roles.make(code="viewer", label=WORDS, authorities=[], by=secadmin, at=AT)
    role = made("dispatcher", by=secadmin)

    with pytest.raises(IntegrityError, match="no role of that code works as itself"), transaction.atomic():
        Role.objects.filter(pk=role.pk).update(works_as=work)
    with pytest.raises(Unfit):
        changed(role, work, by=secadmin)
    role.refresh_from_db()
    assert role.works_as == "dispatcher"


def test_people_are_found_by_the_work_of_their_roles(secadmin: Staff, account: Staff, approval_manager: Staff):
    def found() -> tuple[list[Staff], list[Staff]]:
        return managers_open_to(), list(PersonForm(None).fields["manager"].queryset)

    before = found()
    role = made("account_manager", by=secadmin)
    account.posts.update(role=role)
    assert found()[0] == before[0] == [account]
    role = changed(role, "approval_manager", by=secadmin)
    approval_manager.posts.update(role=role)
    assert found() == ([], sorted([account, approval_manager], key=lambda one: one.employee_number))
    changed(role, "", by=secadmin)
    assert found() == ([], [])


BEFORE = """
UPDATE accounts_role SET works_as = '';
INSERT INTO accounts_role (code, label, authorities, menu, active, works_as)
VALUES ('night_agent', '{"zh": "夜班坐席", "en": "Night agent"}', '{orders.see}', '{}', true, '');
"""


def test_roles_that_were_there_go_on_with_what_flows_give_to_their_names(own_database: OwnDatabase):
    migrate = MigrationExecutor(connections[OWNER])
    newest = [node for node in migrate.loader.graph.leaf_nodes() if node[0] == "accounts"]
    migrate.migrate([("accounts", "0022_works_as")])
    with psycopg.connect(own_database.owner_url) as database:
        database.execute(BEFORE)

    MigrationExecutor(connections[OWNER]).migrate(newest)

    assert dict(Role.objects.values_list("code", "works_as")) == {
        code: code for code in (*SHIPPED_ROLES, "night_agent")
    }


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def _level_three(self, settings):
        settings.POLICY = "mlps3"

    @pytest.mark.parametrize(
        ("works_as", "authorities", "asked"),
        [
            ("secadmin", (), True),
            ("", ("staff.change",), True),
            (ITSELF, ("codes.change",), True),
            ("dispatcher", ("audit.see",), True),
            ("dispatcher", ("orders.see", "staff.see"), False),
            ("", (), False),
        ],
    )
    def test_a_role_of_ones_own_is_no_way_around_it(self, signed_in, secadmin, announcer, works_as, authorities, asked):
        Staff.objects.update(password_set_at=AT.replace(year=2999))
        announcer.posts.update(role=made(works_as, authorities=authorities, by=secadmin))

        answer = signed_in(Staff.objects.get(pk=announcer.pk)).get("/accounts/me/")
        assert (answer.status_code, answer.headers.get("Location")) == (
            (302, "/accounts/second-factor/on/") if asked else (200, None)
        )
        assert queries.lacks_second_factor(Staff.objects.get(pk=announcer.pk)) is asked

    def test_a_policy_may_name_a_role_that_was_made_here(self):
        assert stands_as("senior", "dispatcher", ["orders.see"]) == {"senior", "dispatcher"}
        assert stands_as("senior", "", ["codes.change"]) == {"senior", "", "sysadmin"}

    def test_a_shipped_role_that_was_given_an_administration_is_asked_too(self, secadmin: Staff, agent: Staff):
        assert not queries.lacks_second_factor(agent)
        Role.objects.filter(code="agent").update(authorities=["orders.see", "staff.change"])
        assert queries.lacks_second_factor(Staff.objects.get(pk=agent.pk))
