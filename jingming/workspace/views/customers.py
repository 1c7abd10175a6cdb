"""The archive of a customer with what the desk knows about them: their orders and contacts."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from jingming.accounts.access import has
from jingming.accounts.rules import Authority
from jingming.base.http import StaffRequest
from jingming.customers import access as customer_access
from jingming.customers import queries as customers
from jingming.interactions.queries import of_customer
from jingming.workorders.queries import orders_of_customer
from jingming.workspace import queries


@require_GET
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """One archive, its orders and its contacts, each as far as the person may see them."""
    found = customer_access.get_customer(request.user, customer_id)
    ids = customers.same_as(found.pk)
    context = {
        "card": customers.card(request.user, found),
        "merges": customers.merges_of(request.user, found),
        "can_change": customer_access.open_to_change(request.user, found),
        "rows": queries.rows(orders_of_customer(request.user, ids)),
        "can_take": has(request.user, Authority.TAKE_INTAKE),
        "contacts": queries.contact_rows(request.user, of_customer(request.user, ids)),
    }
    return render(request, "workspace/customer.html", context)
