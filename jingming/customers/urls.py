"""Pages of the archives: a table of contents, each with who may come in."""

from __future__ import annotations

from django.urls import path

from jingming.accounts.http import opens
from jingming.accounts.rules import Authority, Pace

from . import views

app_name = "customers"
SEE, CHANGE = Authority.SEE_CUSTOMERS, Authority.CHANGE_CUSTOMERS
REVEAL = Authority.REVEAL
SEE_NETWORK, CHANGE_NETWORK = Authority.SEE_ORGANISATION, Authority.CHANGE_ORGANISATION

POINT = "<int:customer_id>/service-points/<int:point_id>/"

urlpatterns = [
    path("", opens(views.customers, to=SEE), name="list"),
    path("new/", opens(views.add_customer, to=CHANGE), name="add"),
    path("<int:customer_id>/", opens(views.customer, to=SEE), name="customer"),
    path("<int:customer_id>/reveal/", opens(views.reveal, to=REVEAL, pace=Pace.REVEAL), name="reveal"),
    path("<int:customer_id>/change/", opens(views.change_customer, to=CHANGE), name="change"),
    path("<int:customer_id>/conduct/new/", opens(views.note_conduct, to=CHANGE), name="note-conduct"),
    path("<int:customer_id>/contacts/new/", opens(views.add_contact, to=CHANGE), name="add-contact"),
    path("<int:customer_id>/contacts/<int:contact_id>/", opens(views.change_contact, to=CHANGE), name="change-contact"),
    path(
        "<int:customer_id>/contacts/<int:contact_id>/retire/",
        opens(views.retire_contact, to=CHANGE),
        name="retire-contact",
    ),
    path(
        "<int:customer_id>/contacts/<int:contact_id>/phones/new/",
        opens(views.add_phone, to=CHANGE),
        name="add-contact-phone",
    ),
    path("<int:customer_id>/phones/new/", opens(views.add_phone, to=CHANGE), name="add-phone"),
    path("<int:customer_id>/phones/<int:phone_id>/", opens(views.change_phone, to=CHANGE), name="change-phone"),
    path("<int:customer_id>/phones/<int:phone_id>/retire/", opens(views.retire_phone, to=CHANGE), name="retire-phone"),
    path("<int:customer_id>/service-points/new/", opens(views.add_service_point, to=CHANGE), name="add-point"),
    path(
        POINT,
        opens(views.change_service_point, to=CHANGE),
        name="change-point",
    ),
    path(
        f"{POINT}move/",
        opens(views.move_service_point, to=CHANGE),
        name="move-point",
    ),
    path(f"{POINT}tenures/new/", opens(views.add_tenure, to=CHANGE), name="add-tenure"),
    path(f"{POINT}tenures/<int:tenure_id>/end/", opens(views.end_tenure, to=CHANGE), name="end-tenure"),
    path(f"{POINT}devices/new/", opens(views.add_device, to=CHANGE), name="add-device"),
    path(f"{POINT}devices/<int:device_id>/", opens(views.change_device, to=CHANGE), name="change-device"),
    path(f"{POINT}devices/<int:device_id>/exchange/", opens(views.exchange_device, to=CHANGE), name="exchange-device"),
    path("<int:customer_id>/merge/", opens(views.find_duplicate, to=CHANGE), name="find-duplicate"),
    path("<int:customer_id>/merge/<int:other_id>/", opens(views.merge, to=CHANGE), name="merge"),
    path("<int:customer_id>/merges/<int:merge_id>/undo/", opens(views.unmerge, to=CHANGE), name="unmerge"),
    path("<int:customer_id>/notes/new/", opens(views.write_note, to=CHANGE), name="write-note"),
    path("<int:customer_id>/purchases/new/", opens(views.note_purchase, to=CHANGE), name="note-purchase"),
    path("network/", opens(views.network, to=SEE_NETWORK), name="network"),
    path("network/new/", opens(views.add_element, to=CHANGE_NETWORK), name="add-element"),
    path("network/<str:code>/", opens(views.element, to=SEE_NETWORK), name="element"),
    path("network/<str:code>/change/", opens(views.change_element, to=CHANGE_NETWORK), name="change-element"),
]
