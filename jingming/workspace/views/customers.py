"""The archive of a customer with what the desk knows about them: what is due, and everything that happened."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from jingming.accounts import eyes
from jingming.accounts.access import has
from jingming.accounts.rules import Authority
from jingming.audit.actions import looked
from jingming.base.clock import now
from jingming.base.errors import Unfit
from jingming.base.http import StaffRequest
from jingming.customers import access as customer_access
from jingming.customers import queries as customers
from jingming.workorders.queries import orders_of_customer
from jingming.workspace import queries

A_YEAR = timedelta(days=365)


@require_GET
def customer(request: StaffRequest, customer_id: int) -> HttpResponse:
    """One archive, what is due, and its time line as far as the person may see it: `show` names a kind of lines,
    `before` is the cursor of older ones."""
    found = customer_access.get_customer(request.user, customer_id)
    at, ids = now(), customers.same_as(found.pk)
    orders = orders_of_customer(request.user, ids)
    try:
        lifeline = queries.what_happened(
            request.user, found, ids, orders, show=request.GET.get("show", ""), cursor=request.GET.get("before", "")
        )
    except Unfit as refusal:
        messages.error(request, refusal.message)
        return redirect("customers:customer", customer_id)
    card = customers.card(request.user, found, with_past=False)
    can_change = customer_access.open_to_change(request.user, found)
    context = {
        "card": card,
        "merges": customers.merges_of(request.user, found, ids),
        "can_change": can_change,
        "veil": eyes.about(found),
        "can_answer_for": customer_access.may_answer_for(request.user, found),
        "can_take": has(request.user, Authority.TAKE_INTAKE),
        "due": [
            (one, reverse(one.page, args=one.keys) if one.page else "")
            for one in queries.due_of(card, orders, can_change=can_change, at=at)
        ],
        "lately": orders.since(at - A_YEAR),
        "said": orders.last_satisfaction,
        "lifeline": lifeline,
    }
    looked("customer", found, by=request.user, at=at)
    return render(request, "workspace/customer.html", context)
