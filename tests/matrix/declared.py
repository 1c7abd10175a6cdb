"""What every address promises: to whom it opens, which kind of thing it names, what it answers when looked at.

An address that stands in no row is undeclared, and the matrix fails until somebody has decided about it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.matrix.oracle import EVERYBODY, PUBLIC


@dataclass(frozen=True)
class Page:
    """A page. `look` are the answers to a GET by whoever may; `changes`: only for whoever may change the thing,
    and whoever may only see it hears one of `refused`;
    `asks` are the names under which its address takes search words; `lists` the kind whose rows it shows."""

    to: str
    of: str = ""
    look: tuple[int, ...] = (200,)
    changes: bool = False
    refused: tuple[int, ...] = (403,)
    asks: tuple[str, ...] = ()
    lists: str = ""
    query: str = ""
    notes: bool = False  # a GET may write a line of audit: who fetched which file, who looked at whose data


@dataclass(frozen=True)
class Call:
    """An operation of the API; `acts`: it answers with the acts that are possible now."""

    to: str
    of: str = ""
    changes: bool = False
    asks: tuple[str, ...] = ()
    lists: str = ""
    query: str = ""
    upload: bool = False
    acts: bool = False
    notes: bool = False
    body: Mapping[str, object] | None = None


PRESSED = (405,)  # a button: takes a POST only
SEE_ORDERS, SEE_CUSTOMERS, CHANGE_CUSTOMERS = "orders.see", "customers.see", "customers.change"
SEE_STAFF, CHANGE_STAFF = "staff.see", "staff.change"
LOAD_DATA, REVEAL = "data.load", "privacy.reveal"
LOAD_DATA = "data.load"
PERSONS, RETENTION = "privacy.requests", "retention.set"
SEE_PLACES, CHANGE_PLACES, CHANGE_CODES = "organisation.see", "organisation.change", "codes.change"
_CUSTOMER = "customers/<int:customer_id>/"
_POINT = f"{_CUSTOMER}service-points/<int:point_id>/"

PAGES: Mapping[str, Page] = {
    # The desk
    "": Page(EVERYBODY, look=(302,)),
    "search/": Page(f"{SEE_ORDERS} or {SEE_CUSTOMERS}", look=(302,), asks=("q",)),
    "search/palette/": Page(EVERYBODY, asks=("q", "on", "recent"), notes=True),
    "intake/": Page("intake.take", asks=("q",), notes=True),
    "intake/card/": Page("intake.take", asks=("q",), notes=True),
    "drafts/<slug:place>/<slug:key>/": Page(EVERYBODY, of="draft", look=PRESSED),
    "drafts/<slug:place>/<slug:key>/away/": Page(EVERYBODY, of="draft", look=PRESSED),
    "orders/": Page(SEE_ORDERS, query="?queue=all", lists="order"),
    "orders/rows/": Page(SEE_ORDERS, query="?queue=all&mark="),
    "orders/counts/": Page(SEE_ORDERS),
    "orders/export/": Page("orders.export", query="?queue=all"),
    "orders/columns/": Page(SEE_ORDERS),
    "orders/views/new/": Page(SEE_ORDERS),
    "orders/views/<int:pk>/change/": Page(SEE_ORDERS, of="view", changes=True),
    "orders/views/<int:pk>/delete/": Page(SEE_ORDERS, of="view", changes=True, look=PRESSED),
    "orders/bulk/": Page(SEE_ORDERS, look=PRESSED),
    "orders/bulk/<int:pk>/": Page(SEE_ORDERS, of="bulk"),
    "orders/bulk/<int:pk>/undo/": Page(SEE_ORDERS, of="bulk", look=PRESSED),
    "orders/<str:number>/": Page(SEE_ORDERS, of="order", notes=True),
    "orders/<str:number>/reveal/": Page(REVEAL, of="order", look=(200, 302)),
    "interactions/<int:contact_id>/reveal/": Page(REVEAL, of="interaction", look=(200, 302)),
    "orders/<str:number>/files/": Page(SEE_ORDERS, of="order", look=PRESSED),
    "orders/<str:number>/acts/<str:act>/": Page(
        SEE_ORDERS, of="act", look=(200, 403, 409), changes=True, refused=(403, 409), notes=True
    ),
    "orders/<str:number>/looking/": Page(SEE_ORDERS, of="order"),
    "field/": Page(SEE_ORDERS, asks=("job",), notes=True),
    "interactions/": Page("interactions.see", lists="interaction", notes=True),
    "order-fields/": Page(CHANGE_CODES),
    "order-fields/<slug:code>/": Page(CHANGE_CODES, of="flow"),
    "order-fields/<slug:code>/new/": Page(CHANGE_CODES, of="flow", query="?kind=text"),
    "order-fields/<slug:code>/<slug:key>/": Page(CHANGE_CODES, of="own_field"),
    "flows/": Page("flows.see"),
    "flows/<slug:code>/": Page("flows.see", of="flow"),
    "attachments/<int:attachment_id>/": Page(EVERYBODY, of="attachment", notes=True),
    "audit/": Page("audit.see"),
    "audit/export/": Page("audit.see"),
    "repairs/": Page("jobs.repair"),
    "routes/": Page(CHANGE_CODES),
    "menus/": Page(CHANGE_CODES),
    "menus/<slug:code>/": Page(CHANGE_CODES, of="role"),
    "menus/<slug:code>/<slug:key>/": Page(CHANGE_CODES, of="entry"),
    "accounts/me/menu/": Page(EVERYBODY),
    "types/": Page(CHANGE_CODES),
    "types/<slug:code>/": Page(CHANGE_CODES, of="type"),
    "types/<slug:code>/plan/": Page(CHANGE_CODES, of="type"),
    "types/<slug:code>/steps/new/": Page(CHANGE_CODES, of="type"),
    "types/<slug:code>/steps/<slug:key>/": Page(CHANGE_CODES, of="type step"),
    "types/<slug:code>/acts/<slug:key>/<slug:act>/": Page(CHANGE_CODES, of="type act"),
    "types/<slug:code>/required/<slug:act>/": Page(CHANGE_CODES, of="type for act"),
    "types/<slug:code>/preview/": Page(CHANGE_CODES, of="type"),
    "types/<slug:code>/publish/": Page(CHANGE_CODES, of="type"),
    "types/<slug:code>/shipped/": Page(CHANGE_CODES, of="type changed"),
    # Archives
    "customers/": Page(SEE_CUSTOMERS, asks=("q",), lists="customer", notes=True),
    "customers/new/": Page(CHANGE_CUSTOMERS),
    _CUSTOMER: Page(SEE_CUSTOMERS, of="customer", notes=True),
    f"{_CUSTOMER}reveal/": Page(REVEAL, of="customer", look=(200, 302)),
    f"{_CUSTOMER}change/": Page(CHANGE_CUSTOMERS, of="customer", changes=True),
    f"{_CUSTOMER}conduct/new/": Page(CHANGE_CUSTOMERS, of="customer", changes=True),
    f"{_CUSTOMER}contacts/new/": Page(CHANGE_CUSTOMERS, of="customer", changes=True),
    f"{_CUSTOMER}contacts/<int:contact_id>/": Page(CHANGE_CUSTOMERS, of="contact", changes=True),
    f"{_CUSTOMER}contacts/<int:contact_id>/retire/": Page(CHANGE_CUSTOMERS, of="contact", changes=True),
    f"{_CUSTOMER}contacts/<int:contact_id>/phones/new/": Page(CHANGE_CUSTOMERS, of="contact", changes=True),
    f"{_CUSTOMER}phones/new/": Page(CHANGE_CUSTOMERS, of="customer", changes=True),
    f"{_CUSTOMER}phones/<int:phone_id>/": Page(CHANGE_CUSTOMERS, of="phone", changes=True),
    f"{_CUSTOMER}phones/<int:phone_id>/retire/": Page(CHANGE_CUSTOMERS, of="phone", changes=True),
    f"{_CUSTOMER}service-points/new/": Page(CHANGE_CUSTOMERS, of="customer", changes=True),
    _POINT: Page(CHANGE_CUSTOMERS, of="point", changes=True),
    f"{_POINT}move/": Page(CHANGE_CUSTOMERS, of="point", changes=True, asks=("q",)),
    f"{_POINT}tenures/new/": Page(CHANGE_CUSTOMERS, of="point", changes=True, asks=("q",)),
    f"{_POINT}tenures/<int:tenure_id>/end/": Page(CHANGE_CUSTOMERS, of="tenure", changes=True),
    f"{_POINT}devices/new/": Page(CHANGE_CUSTOMERS, of="point", changes=True),
    f"{_POINT}devices/<int:device_id>/": Page(CHANGE_CUSTOMERS, of="device", changes=True),
    f"{_POINT}devices/<int:device_id>/exchange/": Page(CHANGE_CUSTOMERS, of="device", changes=True),
    f"{_CUSTOMER}merge/": Page(CHANGE_CUSTOMERS, of="customer", changes=True, asks=("q",)),
    f"{_CUSTOMER}merge/<int:other_id>/": Page(CHANGE_CUSTOMERS, of="pair", changes=True),
    f"{_CUSTOMER}merges/<int:merge_id>/undo/": Page(CHANGE_CUSTOMERS, of="merge", changes=True, look=PRESSED),
    f"{_CUSTOMER}notes/new/": Page(CHANGE_CUSTOMERS, of="customer", changes=True),
    f"{_CUSTOMER}purchases/new/": Page(CHANGE_CUSTOMERS, of="customer", changes=True),
    # Personal data
    f"{_CUSTOMER}personal-data/": Page(PERSONS, of="person", notes=True),
    f"{_CUSTOMER}personal-data/copy/": Page(PERSONS, of="person"),
    f"{_CUSTOMER}personal-data/correct/": Page(PERSONS, of="person"),
    f"{_CUSTOMER}personal-data/hold/": Page(PERSONS, of="person"),
    f"{_CUSTOMER}personal-data/holds/<int:hold_id>/lift/": Page(PERSONS, of="hold"),
    f"{_CUSTOMER}personal-data/erase/": Page(PERSONS, of="person"),
    "persons/": Page(PERSONS, lists="request"),
    "persons/number/": Page(PERSONS),
    "persons/requests/<int:pk>/": Page(PERSONS, of="request"),
    "persons/requests/<int:pk>/approve/": Page(PERSONS, of="request"),
    "persons/requests/<int:pk>/refuse/": Page(PERSONS, of="request"),
    "retention/": Page(RETENTION),
    "retention/<slug:kind>/": Page(RETENTION, of="retention"),
    "customers/network/": Page(SEE_PLACES, asks=("q",)),
    "customers/network/new/": Page(CHANGE_PLACES, asks=("parent",)),
    "customers/network/<str:code>/": Page(SEE_PLACES, of="element"),
    "customers/network/<str:code>/change/": Page(CHANGE_PLACES, of="element", changes=True),
    # People and places
    "accounts/login/": Page(PUBLIC, look=(200, 302)),
    "accounts/login/code/": Page(PUBLIC, look=(302,)),  # nobody is between password and desk
    "accounts/second-factor/": Page(EVERYBODY),
    "accounts/second-factor/on/": Page(EVERYBODY),
    "accounts/second-factor/off/": Page(EVERYBODY),
    "accounts/second-factor/codes/": Page(EVERYBODY),
    "accounts/logout/": Page(PUBLIC, look=(200, 302)),
    "accounts/password/": Page(EVERYBODY),
    "accounts/switch/": Page(EVERYBODY),
    "accounts/me/": Page(EVERYBODY),
    "accounts/setup/": Page(PUBLIC, look=(404,)),  # there are accounts
    "accounts/sessions/": Page(EVERYBODY),
    "accounts/sessions/end/": Page(EVERYBODY, look=PRESSED),
    "accounts/delegations/": Page(EVERYBODY),
    "accounts/delegations/new/": Page(EVERYBODY),
    "accounts/delegations/<int:pk>/end/": Page(EVERYBODY, of="delegation", look=PRESSED),
    "accounts/language/": Page(PUBLIC, look=PRESSED),
    "accounts/look/": Page(EVERYBODY, look=PRESSED),
    "staff/": Page(SEE_STAFF, asks=("q",), lists="staff"),
    "staff/new/": Page(CHANGE_STAFF),
    "staff/<int:pk>/": Page(SEE_STAFF, of="staff"),
    "staff/<int:pk>/sight/": Page(CHANGE_STAFF, of="staff", notes=True),
    "staff/<int:pk>/change/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/password/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/second-factor/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/access/": Page(CHANGE_STAFF, of="staff", changes=True, look=PRESSED),
    "staff/<int:pk>/posts/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/posts/<int:post>/end/": Page(CHANGE_STAFF, of="post", changes=True, look=PRESSED),
    "staff/<int:pk>/delegations/new/": Page(SEE_STAFF, of="away", changes=True),
    "staff/<int:pk>/tokens/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/tokens/<int:token>/revoke/": Page(CHANGE_STAFF, of="token", changes=True, look=PRESSED),
    "roles/": Page(CHANGE_STAFF),
    "roles/new/": Page(CHANGE_STAFF),
    "roles/<slug:code>/": Page(CHANGE_STAFF, of="role"),
    "roles/<slug:code>/sight/": Page(CHANGE_STAFF, of="role"),
    "roles/<slug:code>/copy/": Page(CHANGE_STAFF, of="role"),
    "roles/<slug:code>/shipped/": Page(CHANGE_STAFF, of="role", look=PRESSED),
    "roles/<slug:code>/switch/": Page(CHANGE_STAFF, of="role", look=PRESSED),
    "organisation/": Page(SEE_PLACES),
    "organisation/units/<int:pk>/": Page(SEE_PLACES, of="unit"),
    "organisation/units/<int:pk>/change/": Page(CHANGE_PLACES, of="unit", changes=True),
    "organisation/units/<int:pk>/units/": Page(CHANGE_PLACES, of="unit", changes=True),
    "organisation/units/<int:pk>/departments/": Page(CHANGE_PLACES, of="unit", changes=True),
    "organisation/units/<int:pk>/areas/": Page(CHANGE_PLACES, of="unit", changes=True),
    "organisation/<slug:kind>/<int:pk>/rename/": Page(CHANGE_PLACES, of="place", changes=True, look=(200, 302)),
    "organisation/<slug:kind>/<int:pk>/switch/": Page(CHANGE_PLACES, of="place", changes=True, look=PRESSED),
    # The dictionary
    "codes/": Page(CHANGE_CODES),
    "codes/<slug:set_>/": Page(CHANGE_CODES, of="set"),
    "codes/<slug:set_>/new/": Page(CHANGE_CODES, of="set"),
    "codes/<int:pk>/rename/": Page(CHANGE_CODES, of="code"),
    "codes/<int:pk>/retire/": Page(CHANGE_CODES, of="code"),
    "codes/<int:pk>/days/": Page(CHANGE_CODES, of="code"),
    "codes/<int:pk>/move/": Page(CHANGE_CODES, of="code", look=PRESSED),
    "codes/<int:pk>/restore/": Page(CHANGE_CODES, of="code", look=PRESSED),
    # Message templates
    "messages/": Page(CHANGE_CODES),
    "messages/<slug:purpose>/<slug:channel>/": Page(CHANGE_CODES, of="message", asks=("from",)),
    "messages/<slug:purpose>/<slug:channel>/preview/": Page(CHANGE_CODES, of="message", look=(302,)),
    "messages/<slug:purpose>/<slug:channel>/shipped/": Page(CHANGE_CODES, of="message", look=PRESSED),
    # Master data from files and into files
    "data/": Page(LOAD_DATA),
    "data/<slug:what>/import/": Page(LOAD_DATA, of="data"),
    "data/<slug:what>/export/": Page(LOAD_DATA, of="data"),
    "data/<slug:what>/template/": Page(LOAD_DATA, of="data"),
    "data/runs/<int:pk>/": Page(LOAD_DATA, of="run"),
    "data/runs/<int:pk>/match/": Page(LOAD_DATA, of="run"),
    "data/runs/<int:pk>/load/": Page(LOAD_DATA, of="run", look=PRESSED),
    "data/runs/<int:pk>/cancel/": Page(LOAD_DATA, of="run", look=PRESSED),
    "data/runs/<int:pk>/again/": Page(LOAD_DATA, of="run", look=PRESSED),
    "data/runs/<int:pk>/file/": Page(LOAD_DATA, of="run", notes=True),
    # The installation
    "ui/": Page(EVERYBODY),
    "asked/": Page(EVERYBODY, look=PRESSED),
    "healthz": Page(PUBLIC),
    "readyz": Page(PUBLIC, look=(200, 503)),
    "api/v1/": Page(PUBLIC, look=(404,)),
    "api/v1/docs": Page(PUBLIC),
    "api/v1/openapi.json": Page(PUBLIC),
    "api/<path:rest>": Page(PUBLIC, of="nowhere", look=(404,)),
}

NOTE = {"act": "note", "text": "…"}
OPERATIONS: Mapping[str, Call] = {
    "GET api/v1/me": Call(EVERYBODY),
    "GET api/v1/units": Call(SEE_PLACES),
    "GET api/v1/departments": Call(SEE_PLACES),
    "GET api/v1/codes": Call(EVERYBODY, query="?set=channel"),
    "GET api/v1/customers": Call(SEE_CUSTOMERS, asks=("q",), lists="customer", notes=True),
    "POST api/v1/customers": Call(CHANGE_CUSTOMERS, body={"name": "…"}),
    "GET api/v1/customers/{int:customer_id}": Call(SEE_CUSTOMERS, of="customer", notes=True),
    "PATCH api/v1/customers/{int:customer_id}": Call(
        CHANGE_CUSTOMERS, of="customer", changes=True, body={"version": 1, "note": "…", "reason": "told"}
    ),
    "POST api/v1/customers/{int:customer_id}/service-points": Call(
        CHANGE_CUSTOMERS, of="customer", changes=True, body={"account_number": "77017", "address": "…"}
    ),
    "POST api/v1/customers/{int:customer_id}/merges": Call(
        CHANGE_CUSTOMERS, of="customer", changes=True, body={"merged": 1, "reason": "duplicate"}
    ),
    "POST api/v1/customers/{int:customer_id}/merges/{int:merge_id}/undo": Call(
        CHANGE_CUSTOMERS, of="merge", changes=True
    ),
    "GET api/v1/work-orders": Call(SEE_ORDERS, lists="order"),
    "POST api/v1/work-orders": Call(
        "intake.take", body={"type": "repair", "channel": "phone", "caller_phone": "13900000017", "description": "…"}
    ),
    "GET api/v1/work-orders/{str:number}": Call(SEE_ORDERS, of="order", notes=True),
    "GET api/v1/work-orders/{str:number}/acts": Call(SEE_ORDERS, of="order", acts=True),
    "POST api/v1/work-orders/{str:number}/acts": Call(SEE_ORDERS, of="order", body=NOTE),
    "POST api/v1/work-orders/{str:number}/attachments": Call(SEE_ORDERS, of="order", upload=True),
    "GET api/v1/order-types/{str:code}/fields": Call(SEE_ORDERS, of="flow"),
    "GET api/v1/interactions": Call("interactions.see", lists="interaction", notes=True),
    "POST api/v1/interactions": Call("intake.take", body={"channel": "phone", "reason": "silent"}),
    "GET api/v1/interactions/{int:contact_id}": Call("interactions.see", of="interaction", notes=True),
}
# What the stream may tell of, and whose files may be fetched: kinds of rows, each scoped by its slice.
HEARD_OF = frozenset({"workorders.WorkOrder", "workspace.Looking", "loading.Run"})
FILES_OF = frozenset({"workorders.WorkOrder"})
