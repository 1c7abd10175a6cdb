"""Pages of the desk: a table of contents, each with who may come in."""

from __future__ import annotations

from django.urls import path

from jingming.accounts.http import EVERYBODY_SIGNED_IN, opens
from jingming.accounts.rules import Authority

from .views import (
    acts,
    administration,
    bulk,
    customers,
    drafts,
    field,
    flows,
    home,
    intake,
    interactions,
    looking,
    orders,
    palette,
    queue,
    repairs,
    saved,
)

SEE_ORDERS, SEE_CUSTOMERS = Authority.SEE_ORDERS, Authority.SEE_CUSTOMERS

urlpatterns = [
    path("", opens(home.home, to=EVERYBODY_SIGNED_IN), name="home"),
    path("search/", opens(home.search, to=(SEE_ORDERS, SEE_CUSTOMERS)), name="search"),
    path("search/palette/", opens(palette.found, to=EVERYBODY_SIGNED_IN), name="palette"),
    path("intake/", opens(intake.desk, to=Authority.TAKE_INTAKE), name="intake"),
    path("intake/card/", opens(intake.card, to=Authority.TAKE_INTAKE), name="intake_card"),
    path("drafts/<slug:place>/<slug:key>/", opens(drafts.save, to=EVERYBODY_SIGNED_IN), name="draft"),
    path("drafts/<slug:place>/<slug:key>/away/", opens(drafts.throw_away, to=EVERYBODY_SIGNED_IN), name="draft_away"),
    path("orders/", opens(queue.orders, to=SEE_ORDERS), name="orders"),
    path("orders/rows/", opens(queue.rows, to=SEE_ORDERS), name="order_rows"),
    path("orders/counts/", opens(queue.counts, to=SEE_ORDERS), name="order_counts"),
    path("orders/columns/", opens(saved.columns, to=SEE_ORDERS), name="order_columns"),
    path("orders/views/new/", opens(saved.new, to=SEE_ORDERS), name="view_new"),
    path("orders/views/<int:pk>/change/", opens(saved.change, to=SEE_ORDERS), name="view_change"),
    path("orders/views/<int:pk>/delete/", opens(saved.delete, to=SEE_ORDERS), name="view_delete"),
    path("orders/bulk/", opens(bulk.bulk, to=SEE_ORDERS), name="bulk"),
    path("orders/bulk/<int:pk>/", opens(bulk.report, to=SEE_ORDERS), name="bulk_report"),
    path("orders/bulk/<int:pk>/undo/", opens(bulk.undo, to=SEE_ORDERS), name="bulk_undo"),
    path("orders/<str:number>/", opens(orders.order, to=SEE_ORDERS), name="order"),
    path("orders/<str:number>/files/", opens(orders.add_files, to=SEE_ORDERS), name="order_files"),
    path("orders/<str:number>/acts/<str:act>/", opens(acts.act, to=SEE_ORDERS), name="order_act"),
    path("orders/<str:number>/looking/", opens(looking.looking, to=SEE_ORDERS), name="order_looking"),
    path("field/", opens(field.field, to=SEE_ORDERS), name="field"),
    path("interactions/", opens(interactions.interactions, to=Authority.SEE_INTERACTIONS), name="interactions"),
    path("audit/", opens(administration.audit_log, to=Authority.SEE_AUDIT), name="audit"),
    path("repairs/", opens(repairs.repairs, to=Authority.REPAIR_JOBS), name="repairs"),
    path("routes/", opens(administration.routes, to=Authority.CHANGE_CODES), name="routes"),
    path("flows/", opens(flows.flows, to=Authority.SEE_FLOWS), name="flows"),
    path("flows/<slug:code>/", opens(flows.flow, to=Authority.SEE_FLOWS), name="flow"),
    # The archive's own address, with more on the page than its slice knows: this one stands before the archives' urls.
    path("customers/<int:customer_id>/", opens(customers.customer, to=SEE_CUSTOMERS), name="customer"),
]
