"""The matrix would notice: each fault here makes a right wider, and the rows of the matrix that it touches turn red.

A fault is planted where a mistake would be made, by somebody who forgets a condition; the look is one of the matrix's
own, at the addresses concerned only. Before the fault the same look finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import get_object_or_404
from django.urls import clear_url_caches, path

import config.urls
from jingming.accounts import access as rights
from jingming.accounts import http as doors
from jingming.accounts import idempotency
from jingming.accounts.http import EVERYBODY_SIGNED_IN
from jingming.accounts.models import ApiToken, GivenAnswer, Staff
from jingming.accounts.tokens import digest_of
from jingming.audit import actions as audit
from jingming.base.clock import now
from jingming.base.errors import NotAllowed
from jingming.codes import views as code_views
from jingming.customers import access as customers
from jingming.customers.forms import CustomerForm
from jingming.customers.models import ContactPerson, Customer, Merge, Phone, ServicePoint
from jingming.customers.views import archive as customer_views
from jingming.files import access as files
from jingming.files.models import Attachment
from jingming.intake import actions as intake
from jingming.interactions import access as contacts
from jingming.interactions import queries as contact_queries
from jingming.interactions.models import Interaction
from jingming.live import access as live
from jingming.workorders import access as orders
from jingming.workorders import inputs
from jingming.workorders import queries as order_queries
from jingming.workorders.models import WorkOrder
from jingming.workspace import context
from jingming.workspace.queries import lifeline
from tests.matrix import test_declared, test_lists, test_mass_assignment, test_outside, test_side_doors, test_stream
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]
Plant = pytest.MonkeyPatch
Look = Callable[[Walker], list[str]]
FEW = ("agent1", "engineer1", "stranger1", "nj-agent")


def everything(model: Any) -> Callable[..., Any]:
    """A `visible_to` that forgets its person."""
    return lambda *_anybody, **_how: model.objects.all()


def told(fact: Callable[..., None], *more: object) -> Look:
    """A whole fact of the matrix as a look."""

    def look(walker: Walker) -> list[str]:
        try:
            fact(walker, *more)
        except AssertionError as error:
            return [str(error)]
        return []

    return look


def page(route: str, *people: str) -> Look:
    return lambda walker: walker.page(route, people or FEW)


def operation(name: str, *people: str) -> Look:
    return lambda walker: walker.operation(name, people or FEW)


def listing(door: str, *people: str) -> Look:
    return lambda walker: walker.list_of(door, people or FEW)


def search(door: str, *people: str) -> Look:
    return lambda walker: walker.search(door, people or FEW)


# --- Rows -----------------------------------------------------------------------------------------------------------
def any_order(plant: Plant) -> None:
    plant.setattr(orders, "visible_to", everything(WorkOrder))


def any_order_in_lists(plant: Plant) -> None:
    plant.setattr(order_queries, "_all_rows", everything(WorkOrder))


def a_whole_city_for_a_department(plant: Plant) -> None:
    real = orders.visible_to
    here = {"TL": "340700", "WH": "340200", "NJ": "320100"}

    def visible(person: Staff) -> Any:
        return real(person) | WorkOrder.objects.filter(city__code=here.get(person.department.code[:2]))

    plant.setattr(orders, "visible_to", visible)


def any_contact(plant: Plant) -> None:
    plant.setattr(contacts, "visible_to", everything(Interaction))


def any_contact_in_lists(plant: Plant) -> None:
    plant.setattr(contact_queries, "visible_to", everything(Interaction))


def any_customer(plant: Plant) -> None:
    plant.setattr(customers, "visible_to", everything(Customer))


def any_customer_in_lists(plant: Plant) -> None:
    plant.setattr(customers, "living_within", everything(Customer))


def any_customer_found(plant: Plant) -> None:
    """Both nets of a search: who is looked for, and who is shown in the end."""
    any_customer_in_lists(plant)
    plant.setattr(customers, "current_to", everything(Customer))


def any_place_found(plant: Plant) -> None:
    any_service_point(plant)
    plant.setattr(customers, "current_to", everything(Customer))


def any_service_point(plant: Plant) -> None:
    plant.setattr(customers, "service_points_visible_to", everything(ServicePoint))


def any_colleague(plant: Plant) -> None:
    plant.setattr(rights, "visible_staff", everything(Staff))


def any_file(plant: Plant) -> None:
    plant.setattr(files, "get_attachment", lambda _anybody, pk: get_object_or_404(Attachment, pk=pk))


def any_contact_person(plant: Plant) -> None:
    plant.setattr(customers, "get_contact", lambda _customer, pk: get_object_or_404(ContactPerson, pk=pk))


def any_phone(plant: Plant) -> None:
    plant.setattr(customers, "get_phone", lambda _customer, pk: get_object_or_404(Phone, pk=pk))


def any_merge(plant: Plant) -> None:
    plant.setattr(customers, "get_merge", lambda _anybody, _customer, pk: get_object_or_404(Merge, pk=pk))


def one_of_a_pair(plant: Plant) -> None:
    """The archive that ends is asked for without rights."""
    plant.setattr(
        customers,
        "get_pair",
        lambda person, kept, merged: (
            customers.get_customer(person, kept, to="change"), get_object_or_404(Customer, pk=merged),
        ),
    )  # fmt: skip


def all_orders_in_a_time_line(plant: Plant) -> None:
    plant.setattr(order_queries, "visible_to", everything(WorkOrder))


def all_contacts_in_a_time_line(plant: Plant) -> None:
    plant.setattr(lifeline, "contacts_visible_to", everything(Interaction))


def any_change(plant: Plant) -> None:
    plant.setattr(customers, "may_change", lambda _anybody, _row: True)


def linked_numbers(plant: Plant) -> None:
    plant.setattr(order_queries, "_naming_only", lambda history, _seen: history)


def all_points_on_a_card(plant: Plant) -> None:
    plant.setattr(customers, "lives_within", lambda _anybody, _customer: True)


# --- Doors ----------------------------------------------------------------------------------------------------------
def open_doors(plant: Plant) -> None:
    plant.setattr(doors, "admits", lambda _audience, _person: True)


def a_door_that_says_403(plant: Plant) -> None:
    """Unseen is told apart from unknown, though nothing is shown."""

    def get(person: Staff, number: str) -> WorkOrder:
        found = get_object_or_404(WorkOrder, number=number)
        if not orders.visible_to(person).filter(pk=found.pk).exists():
            raise NotAllowed
        return found

    plant.setattr(orders, "get_order", get)


def a_page_that_nobody_declared(plant: Plant) -> None:
    plant.setattr(config.urls, "urlpatterns", [path("new/", lambda _request: HttpResponse()), *config.urls.urlpatterns])
    clear_url_caches()


def a_door_opened_wider(plant: Plant) -> None:
    door = next(pattern for pattern in config.urls.urlpatterns if str(pattern.pattern) == "codes/").url_patterns[0]
    plant.setattr(door, "callback", doors.opens(code_views.sets, to=EVERYBODY_SIGNED_IN))


def tokens_for_life(plant: Plant) -> None:
    def person_by_token(token: str, _at: object) -> Staff | None:
        kept = ApiToken.objects.filter(digest=digest_of(token)).select_related("staff").first()
        return kept.staff if kept else None

    plant.setattr(doors.queries, "person_by_token", person_by_token)


def forms_from_anywhere(plant: Plant) -> None:
    plant.setattr(CsrfViewMiddleware, "process_view", lambda *_anything: None)


def a_look_that_writes(plant: Plant) -> None:
    real = orders.get_order

    def get(person: Staff, number: str) -> WorkOrder:
        found = real(person, number)
        audit.record("workorders.seen", found, by=person, at=now())
        return found

    plant.setattr(orders, "get_order", get)


def a_count_of_everything(plant: Plant) -> None:
    plant.setattr(context, "enterprise", lambda: f"景明 {WorkOrder.objects.count()}")


def a_stream_for_everybody(plant: Plant) -> None:
    def hearers(people: Collection[AbstractBaseUser], ids: Collection[int]) -> dict[int, Collection[int]]:
        return {person.pk: ids for person in people}

    plant.setitem(live._visible, "workorders.WorkOrder", hearers)


# --- Side doors and names -------------------------------------------------------------------------------------------
def any_customer_by_id(plant: Plant) -> None:
    plant.setattr(inputs, "customer_of", lambda _person, pk: get_object_or_404(Customer, pk=pk))


def any_order_to_link(plant: Plant) -> None:
    plant.setitem(inputs.READERS, "order", lambda number, _asked: get_object_or_404(WorkOrder, number=number))


def anybody_for_work(plant: Plant) -> None:
    plant.setattr(orders, "may_be_named", everything(Staff))


def any_department_for_work(plant: Plant) -> None:
    plant.setattr(orders, "may_take_part", lambda _order, _department: True)


def contacts_of_others_repeated(plant: Plant) -> None:
    plant.setattr(intake, "visible_to", everything(Interaction))


def keys_of_everybody(plant: Plant) -> None:
    plant.setattr(idempotency, "_given", lambda _person, key: GivenAnswer.objects.filter(key=key).first())


def a_form_that_keeps_all_names(plant: Plant) -> None:
    class Greedy(CustomerForm):
        def clean(self) -> dict[str, Any]:
            return {**super().clean(), **({"quick": True} if "quick" in self.data else {})}

    plant.setattr(customer_views, "CustomerForm", Greedy)


def posts_by_form(walker: Walker) -> None:
    """Names beside those of the form of a new customer."""
    before = test_mass_assignment.rows_of(test_mass_assignment.all_tables())
    hostile = {"quick": True, "id": 909090909}
    test_mass_assignment.test_a_form_takes_its_own_fields_only(walker, before, hostile, "customers/new/")


def side(fact: Callable[..., None], *more: object) -> Look:
    """A fact about side doors as a look."""
    return lambda walker: told(lambda _walker: fact(test_side_doors.Asking(walker), *more))(walker)


def heard(walker: Walker) -> list[str]:
    return test_stream.told_apart(walker.world, walker, list(FEW))


def sent_from_elsewhere(walker: Walker) -> None:
    test_outside.test_a_post_from_another_site_is_refused(walker, walker.world, "customers/new/")


ID_OF_OTHERS = test_side_doors.test_the_id_of_a_contact_that_others_took_tells_nothing_of_it
CUSTOMER = "customers/<int:customer_id>/"
FAULTS: list[tuple[Callable[[Plant], None], Look]] = [
    (any_order, operation("GET api/v1/work-orders/{str:number}")),
    (any_order, page("orders/<str:number>/", "agent1", "stranger1")),
    (any_order, page("orders/<str:number>/acts/<str:act>/", "stranger1")),
    (any_order, operation("POST api/v1/work-orders/{str:number}/acts")),
    (any_order, operation("POST api/v1/work-orders/{str:number}/attachments", "agent1")),
    (any_order_in_lists, listing("GET api/v1/work-orders")),
    (any_order_in_lists, listing("orders/")),
    (a_whole_city_for_a_department, operation("GET api/v1/work-orders/{str:number}", "head1", "stranger1")),
    (any_contact, operation("GET api/v1/interactions/{int:contact_id}", "agent1")),
    (any_contact_in_lists, listing("GET api/v1/interactions")),
    (any_contact_in_lists, listing("interactions/")),
    (any_customer, operation("GET api/v1/customers/{int:customer_id}", "agent1")),
    (any_customer, page(CUSTOMER, "agent1", "engineer1")),
    (any_customer, search("search/", "agent1")),
    (any_customer_in_lists, listing("GET api/v1/customers", "agent1")),
    (any_customer_in_lists, listing("customers/", "agent1", "engineer1")),
    (any_customer_found, search("intake/", "agent1")),
    (any_service_point, page(CUSTOMER, "agent1")),
    (any_service_point, page(f"{CUSTOMER}service-points/<int:point_id>/", "agent1")),
    (any_place_found, search("GET api/v1/customers", "agent1")),
    (any_colleague, page("staff/<int:pk>/", "head1")),
    (any_file, page("attachments/<int:attachment_id>/", "agent1")),
    (any_contact_person, page(f"{CUSTOMER}contacts/<int:contact_id>/", "agent1")),
    (any_phone, page(f"{CUSTOMER}phones/<int:phone_id>/retire/", "agent1")),
    (any_merge, page(f"{CUSTOMER}merges/<int:merge_id>/undo/", "agent1")),
    (one_of_a_pair, page(f"{CUSTOMER}merge/<int:other_id>/", "agent1")),
    (all_orders_in_a_time_line, page(CUSTOMER, "head2")),
    (all_contacts_in_a_time_line, page(CUSTOMER, "head2")),
    (any_change, page(f"{CUSTOMER}change/", "agent1")),
    (any_change, operation("PATCH api/v1/customers/{int:customer_id}", "agent1")),
    (linked_numbers, operation("GET api/v1/work-orders/{str:number}", "agent1")),
    (all_points_on_a_card, page(CUSTOMER, "agent1")),
    (open_doors, page("codes/", "agent1")),
    (open_doors, page("staff/new/", "head1")),
    (open_doors, operation("POST api/v1/customers", "head1")),
    (a_door_that_says_403, operation("GET api/v1/work-orders/{str:number}", "stranger1")),
    (a_page_that_nobody_declared, told(lambda _walker: test_declared.test_no_page_is_undeclared())),
    (a_door_opened_wider, told(lambda _walker: test_declared.test_no_page_is_undeclared())),
    (a_door_opened_wider, page("codes/", "agent1")),
    (tokens_for_life, told(test_outside.test_session_and_token_of_somebody_switched_off_are_dead, "agent1")),
    (forms_from_anywhere, told(sent_from_elsewhere)),
    (a_look_that_writes, page("orders/<str:number>/", "agent1")),
    (a_look_that_writes, operation("GET api/v1/work-orders/{str:number}", "agent1")),
    (a_count_of_everything, told(test_lists.test_more_rows_elsewhere_move_nothing_here, "320100")),
    (a_stream_for_everybody, heard),
    (any_customer_by_id, side(test_side_doors.test_an_order_is_for_no_unseen_customer_or_place, "wh")),
    (any_order_to_link, side(test_side_doors.test_linking_to_an_unseen_order, "wuhu")),
    (anybody_for_work, side(test_side_doors.test_work_is_given_to_nobody_of_elsewhere, "quiet-wuhu")),
    (any_department_for_work, side(test_side_doors.test_work_goes_to_no_department_of_another_province, "NJ-MAINT")),
    (contacts_of_others_repeated, side(ID_OF_OTHERS, "interactions", "call-wuhu")),
    (keys_of_everybody, side(test_side_doors.test_a_key_of_somebody_else_repeats_nothing)),
    (a_form_that_keeps_all_names, told(posts_by_form)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "look"), FAULTS, ids=[f"{place}-{fault.__name__}" for place, (fault, _look) in enumerate(FAULTS)]
)
def test_a_planted_fault_is_noticed(walker: Walker, monkeypatch: Plant, fault: Callable[[Plant], None], look: Look):
    assert look(walker) == []

    with monkeypatch.context() as plant:
        fault(plant)
        complaints = look(walker)
    clear_url_caches()

    assert complaints != []
