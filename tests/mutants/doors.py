"""Faults that are more than one thing replaced: of doors, sessions, forms, and of what is shown beside rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path

from jingming.accounts.access import Reach
from jingming.accounts.http import EVERYBODY_SIGNED_IN, opens
from jingming.accounts.models import ApiToken, GivenAnswer, Post, Staff
from jingming.accounts.tokens import digest_of
from jingming.base.errors import NotAllowed
from jingming.codes import views as code_views
from jingming.customers import access as customers
from jingming.customers.forms import CustomerForm
from jingming.customers.models import Customer
from jingming.organisation.queries import departments
from jingming.workorders.access import Allowed
from jingming.workorders.models import WorkOrder
from jingming.workorders.rules import Act
from tests.matrix.walking import Walker

Real = Callable[..., Any]
Ids = Collection[int]


# --- Reach ----------------------------------------------------------------------------------------------------------
def everywhere(_real: Real) -> Real:
    """A reach without an end."""
    return lambda *_asked, **_how: Reach(everywhere=True)


def own_department_too(real: Real) -> Real:
    """Whoever may see their own rows sees those of the whole department."""

    def reach(person: Staff, authority: object) -> Reach:
        found: Reach = real(person, authority)
        departments = {person.department_id} if found.own else set()
        return Reach(found.everywhere, found.provinces, found.cities, found.districts, found.departments | departments)

    return reach


def every_post(_real: Real) -> Real:
    """Everybody has everybody's posts."""
    return lambda _person: list(Post.objects.select_related("role"))


def own_posts_only(real: Real) -> Real:
    """What is lent is not there."""
    return lambda person: [post for post in real(person) if post.staff_id == person.pk]


def whatever_posts(_real: Real) -> Real:
    """Every post stands to the order, whatever the flow gives it."""
    return lambda _order, _act, person, _now: list(person.posts.select_related("role"))


def a_whole_city_for_a_department(real: Real) -> Real:
    """Whoever reaches a department reaches its city."""
    here = {"TL": "340700", "WH": "340200", "NJ": "320100"}
    return lambda person: real(person) | WorkOrder.objects.filter(city__code=here.get(person.department.code[:2]))


def told_to_everybody(_real: Real) -> Real:
    """Everybody hears of every row."""

    def hearers(people: Iterable[AbstractBaseUser], *kind_and_ids: Any) -> dict[int, Ids]:
        return {person.pk: kind_and_ids[-1] for person in people}

    return hearers


# --- Fetching -------------------------------------------------------------------------------------------------------
def one_of_a_pair(_real: Real) -> Real:
    """The archive that ends is asked for without rights."""
    return lambda person, kept, merged: (
        customers.get_customer(person, kept, to="change"), get_object_or_404(Customer, pk=merged),
    )  # fmt: skip


def to_see_only(real: Real) -> Real:
    """What may be seen may be changed."""
    return lambda *asked, **_how: real(*asked)


def a_door_that_says_403(real: Real) -> Real:
    """Unseen is told apart from unknown, though nothing is shown."""

    def get(person: Staff, number: str) -> WorkOrder:
        if WorkOrder.objects.filter(number=number).exists() and not _seen(person, number):
            raise NotAllowed
        found: WorkOrder = real(person, number)
        return found

    return get


def _seen(person: Staff, number: str) -> bool:
    from jingming.workorders.access import visible_to

    return visible_to(person).filter(number=number).exists()


def a_look_that_writes(real: Real) -> Real:
    """Whoever looks at an order has it: more than a line about the look."""

    def get(person: Staff, number: str) -> WorkOrder:
        found: WorkOrder = real(person, number)
        WorkOrder.objects.filter(pk=found.pk).update(assignee=person)
        return found

    return get


def a_count_of_everything(_real: Real) -> Real:
    """A figure that knows rows of others."""
    return lambda: f"景明 {WorkOrder.objects.count()}"


def goes_on_anyhow(_real: Real) -> Real:
    """The archive in which another goes on is shown to whoever may see that other."""
    return lambda _person, customer: customer.merged_into or customer


def every_department(_real: Real) -> Real:
    """Everybody answers for everybody."""
    return lambda _person: [("department", pk) for pk in departments()]


def all_acts(real: Real) -> Real:
    """Whatever the state or the flow refuses to everybody stays refused; what it refuses to the person does not."""

    def acts_for(order: WorkOrder, person: Staff, hanging: object = None) -> Allowed:
        found: Allowed = real(order, person, hanging)
        return Allowed(now=tuple(act for act in Act if act != Act.OPEN), refused=dict.fromkeys(found.refused, ""))

    return acts_for


# --- Doors ----------------------------------------------------------------------------------------------------------
def a_page_that_nobody_declared(real: list[Any]) -> list[Any]:
    """A new address without a word about whom it is for."""
    return [path("new/", lambda _request: HttpResponse()), *real]


def codes_for_everybody(real: list[Any]) -> list[Any]:
    """The first page of the dictionary is opened to everybody."""
    return [path("codes/", opens(code_views.sets, to=EVERYBODY_SIGNED_IN), name="everybodys"), *real]


def tokens_for_life(_real: Real) -> Real:
    """A token goes on when its person was switched off."""

    def person_by_token(token: str, _at: object) -> Staff | None:
        kept = ApiToken.objects.filter(digest=digest_of(token)).select_related("staff").first()
        return kept.staff if kept else None

    return person_by_token


def keys_of_everybody(_real: Real) -> Real:
    """An answer is repeated for whoever names its key."""
    return lambda _person, key: GivenAnswer.objects.filter(key=key).first()


class Greedy(CustomerForm):
    """A form that keeps a name that is none of its fields."""

    def clean(self) -> dict[str, Any]:
        return {**super().clean(), **({"quick": True} if "quick" in self.data else {})}


def names_beside_a_form(walker: Walker) -> None:
    """Names beside those of the form of a new customer."""
    from tests.matrix import test_mass_assignment as names

    before = names.rows_of(names.all_tables())
    names.test_a_form_takes_its_own_fields_only(walker, before, {"quick": True, "id": 909090909}, "customers/new/")


def a_post_from_elsewhere(walker: Walker) -> None:
    """A form sent by another site."""
    from tests.matrix.test_outside import test_a_post_from_another_site_is_refused

    test_a_post_from_another_site_is_refused(walker, walker.world, "customers/new/")


def no_page_is_undeclared(_walker: Walker) -> None:
    """The declarations say what the resolver says."""
    from tests.matrix.test_declared import test_no_page_is_undeclared

    test_no_page_is_undeclared()
