"""Pages of the desk: a table of contents, each with who may come in."""

from __future__ import annotations

from django.urls import path

from jingming.accounts.http import EVERYBODY_SIGNED_IN, opens
from jingming.accounts.rules import Authority, Pace

from .views import (
    acts,
    administration,
    audit,
    bulk,
    customers,
    drafts,
    exports,
    field,
    flows,
    home,
    intake,
    interactions,
    looking,
    menus,
    orders,
    own_fields,
    palette,
    queue,
    repairs,
    saved,
    sight,
    types,
)

SEE_ORDERS, SEE_CUSTOMERS, EXPORT_ORDERS = Authority.SEE_ORDERS, Authority.SEE_CUSTOMERS, Authority.EXPORT_ORDERS

urlpatterns = [
    path("", opens(home.home, to=EVERYBODY_SIGNED_IN), name="home"),
    path("search/", opens(home.search, to=(SEE_ORDERS, SEE_CUSTOMERS), pace=Pace.SEARCH), name="search"),
    path("search/palette/", opens(palette.found, to=EVERYBODY_SIGNED_IN, pace=Pace.SEARCH), name="palette"),
    path("intake/", opens(intake.desk, to=Authority.TAKE_INTAKE), name="intake"),
    path("intake/card/", opens(intake.card, to=Authority.TAKE_INTAKE, pace=Pace.SEARCH), name="intake_card"),
    path("drafts/<slug:place>/<slug:key>/", opens(drafts.save, to=EVERYBODY_SIGNED_IN), name="draft"),
    path("drafts/<slug:place>/<slug:key>/away/", opens(drafts.throw_away, to=EVERYBODY_SIGNED_IN), name="draft_away"),
    path("orders/", opens(queue.orders, to=SEE_ORDERS), name="orders"),
    path("orders/rows/", opens(queue.rows, to=SEE_ORDERS), name="order_rows"),
    path("orders/counts/", opens(queue.counts, to=SEE_ORDERS), name="order_counts"),
    path("orders/export/", opens(exports.orders_export, to=EXPORT_ORDERS, pace=Pace.EXPORT), name="orders_export"),
    path("orders/columns/", opens(saved.columns, to=SEE_ORDERS), name="order_columns"),
    path("orders/views/new/", opens(saved.new, to=SEE_ORDERS), name="view_new"),
    path("orders/views/<int:pk>/change/", opens(saved.change, to=SEE_ORDERS), name="view_change"),
    path("orders/views/<int:pk>/delete/", opens(saved.delete, to=SEE_ORDERS), name="view_delete"),
    path("orders/bulk/", opens(bulk.bulk, to=SEE_ORDERS), name="bulk"),
    path("orders/bulk/<int:pk>/", opens(bulk.report, to=SEE_ORDERS), name="bulk_report"),
    path("orders/bulk/<int:pk>/undo/", opens(bulk.undo, to=SEE_ORDERS), name="bulk_undo"),
    path("orders/<str:number>/", opens(orders.order, to=SEE_ORDERS), name="order"),
    path(
        "orders/<str:number>/reveal/", opens(orders.reveal, to=Authority.REVEAL, pace=Pace.REVEAL), name="order_reveal"
    ),
    path(
        "orders/<str:number>/files/",
        opens(orders.add_files, to=SEE_ORDERS, pace=Pace.UPLOAD, takes_files=True),
        name="order_files",
    ),
    path("orders/<str:number>/acts/<str:act>/", opens(acts.act, to=SEE_ORDERS, takes_files=True), name="order_act"),
    path("orders/<str:number>/looking/", opens(looking.looking, to=SEE_ORDERS), name="order_looking"),
    path("field/", opens(field.field, to=SEE_ORDERS), name="field"),
    path("interactions/", opens(interactions.interactions, to=Authority.SEE_INTERACTIONS), name="interactions"),
    path(
        "interactions/<int:contact_id>/reveal/",
        opens(interactions.reveal, to=Authority.REVEAL, pace=Pace.REVEAL),
        name="contact_reveal",
    ),
    path("staff/<int:pk>/sight/", opens(sight.of_person, to=Authority.CHANGE_STAFF), name="staff_sight"),
    path("roles/<slug:code>/sight/", opens(sight.of_role, to=Authority.CHANGE_STAFF), name="role_sight"),
    path("audit/", opens(audit.audit_log, to=Authority.SEE_AUDIT), name="audit"),
    path("audit/export/", opens(audit.audit_export, to=Authority.SEE_AUDIT, pace=Pace.EXPORT), name="audit_export"),
    path("repairs/", opens(repairs.repairs, to=Authority.REPAIR_JOBS), name="repairs"),
    path("routes/", opens(administration.routes, to=Authority.CHANGE_CODES), name="routes"),
    path("menus/", opens(menus.menus, to=Authority.CHANGE_CODES), name="menus"),
    path("menus/<slug:code>/", opens(menus.role, to=Authority.CHANGE_CODES), name="menu_of_role"),
    path("menus/<slug:code>/<slug:key>/", opens(menus.rename, to=Authority.CHANGE_CODES), name="menu_rename"),
    path("accounts/me/menu/", opens(menus.own, to=EVERYBODY_SIGNED_IN), name="own_menu"),
    path("order-fields/", opens(own_fields.types, to=Authority.CHANGE_CODES), name="own_fields"),
    path("order-fields/<slug:code>/", opens(own_fields.of_type, to=Authority.CHANGE_CODES), name="own_fields_of_type"),
    path("order-fields/<slug:code>/new/", opens(own_fields.add, to=Authority.CHANGE_CODES), name="own_field_add"),
    path(
        "order-fields/<slug:code>/<slug:key>/",
        opens(own_fields.change, to=Authority.CHANGE_CODES),
        name="own_field_change",
    ),
    path("flows/", opens(flows.flows, to=Authority.SEE_FLOWS), name="flows"),
    path("flows/<slug:code>/", opens(flows.flow, to=Authority.SEE_FLOWS), name="flow"),
    path("types/", opens(types.types, to=Authority.CHANGE_CODES), name="types"),
    path("types/<slug:code>/", opens(types.type_, to=Authority.CHANGE_CODES), name="type"),
    path("types/<slug:code>/plan/", opens(types.plan, to=Authority.CHANGE_CODES), name="type_plan"),
    path("types/<slug:code>/steps/new/", opens(types.step_new, to=Authority.CHANGE_CODES), name="type_step_new"),
    path("types/<slug:code>/steps/<slug:key>/", opens(types.step, to=Authority.CHANGE_CODES), name="type_step"),
    path("types/<slug:code>/acts/<slug:key>/<slug:act>/", opens(types.act, to=Authority.CHANGE_CODES), name="type_act"),
    path(
        "types/<slug:code>/required/<slug:act>/", opens(types.required, to=Authority.CHANGE_CODES), name="type_required"
    ),
    path("types/<slug:code>/preview/", opens(types.preview, to=Authority.CHANGE_CODES), name="type_preview"),
    path("types/<slug:code>/publish/", opens(types.publish, to=Authority.CHANGE_CODES), name="type_publish"),
    path("types/<slug:code>/shipped/", opens(types.as_shipped, to=Authority.CHANGE_CODES), name="type_shipped"),
    # The archive's own address, with more on the page than its slice knows: this one stands before the archives' urls.
    path("customers/<int:customer_id>/", opens(customers.customer, to=SEE_CUSTOMERS), name="customer"),
]
