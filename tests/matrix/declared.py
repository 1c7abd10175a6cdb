"""What every address promises: to whom it opens, which kind of thing it names, what it answers when looked at.

An address that stands in no row is undeclared, and the matrix fails until somebody has decided about it here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.matrix.oracle import EVERYBODY, PUBLIC


@dataclass(frozen=True)
class Page:
    """A page. `look` are the answers to a GET by whoever may; `changes`: only for whoever may change the thing;
    `asks` are the names under which its address takes search words; `lists` the kind whose rows it shows."""

    to: str
    of: str = ""
    look: tuple[int, ...] = (200,)
    changes: bool = False
    asks: tuple[str, ...] = ()
    lists: str = ""
    query: str = ""
    notes: bool = False  # a GET may write a line of audit: who fetched which file


@dataclass(frozen=True)
class Call:
    """An operation of the API."""

    to: str
    of: str = ""
    changes: bool = False
    asks: tuple[str, ...] = ()
    lists: str = ""
    query: str = ""
    upload: bool = False
    body: Mapping[str, object] | None = None


PRESSED = (405,)  # a button: takes a POST only
SEE_ORDERS, SEE_CUSTOMERS, CHANGE_CUSTOMERS = "orders.see", "customers.see", "customers.change"
SEE_STAFF, CHANGE_STAFF = "staff.see", "staff.change"
LOAD_DATA = "data.load"
SEE_PLACES, CHANGE_PLACES, CHANGE_CODES = "organisation.see", "organisation.change", "codes.change"
_CUSTOMER = "customers/<int:customer_id>/"
_POINT = f"{_CUSTOMER}service-points/<int:point_id>/"

PAGES: Mapping[str, Page] = {
    # The desk
    "": Page(EVERYBODY, look=(302,)),
    "search/": Page(f"{SEE_ORDERS} or {SEE_CUSTOMERS}", look=(302,), asks=("q",)),
    "search/palette/": Page(EVERYBODY, asks=("q", "on", "recent")),
    "intake/": Page("intake.take", asks=("q",)),
    "intake/card/": Page("intake.take", asks=("q",)),
    "drafts/<slug:place>/<slug:key>/": Page(EVERYBODY, of="draft", look=PRESSED),
    "drafts/<slug:place>/<slug:key>/away/": Page(EVERYBODY, of="draft", look=PRESSED),
    "orders/": Page(SEE_ORDERS, query="?queue=all", lists="order"),
    "orders/rows/": Page(SEE_ORDERS, query="?queue=all&mark="),
    "orders/counts/": Page(SEE_ORDERS),
    "orders/columns/": Page(SEE_ORDERS),
    "orders/views/new/": Page(SEE_ORDERS),
    "orders/views/<int:pk>/change/": Page(SEE_ORDERS, of="view", changes=True),
    "orders/views/<int:pk>/delete/": Page(SEE_ORDERS, of="view", changes=True, look=PRESSED),
    "orders/bulk/": Page(SEE_ORDERS, look=PRESSED),
    "orders/bulk/<int:pk>/": Page(SEE_ORDERS, of="bulk"),
    "orders/bulk/<int:pk>/undo/": Page(SEE_ORDERS, of="bulk", look=PRESSED),
    "orders/<str:number>/": Page(SEE_ORDERS, of="order"),
    "orders/<str:number>/files/": Page(SEE_ORDERS, of="order", look=PRESSED),
    "orders/<str:number>/acts/<str:act>/": Page(SEE_ORDERS, of="act", look=(200, 403, 409)),
    "orders/<str:number>/looking/": Page(SEE_ORDERS, of="order"),
    "field/": Page(SEE_ORDERS, asks=("job",)),
    "interactions/": Page("interactions.see", lists="interaction"),
    "flows/": Page("flows.see"),
    "flows/<slug:code>/": Page("flows.see", of="flow"),
    "attachments/<int:attachment_id>/": Page(EVERYBODY, of="attachment", notes=True),
    "audit/": Page("audit.see"),
    "repairs/": Page("jobs.repair"),
    "routes/": Page(CHANGE_CODES),
    # Archives
    "customers/": Page(SEE_CUSTOMERS, asks=("q",), lists="customer"),
    "customers/new/": Page(CHANGE_CUSTOMERS),
    _CUSTOMER: Page(SEE_CUSTOMERS, of="customer"),
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
    "customers/network/": Page(SEE_PLACES, asks=("q",)),
    "customers/network/new/": Page(CHANGE_PLACES, asks=("parent",)),
    "customers/network/<str:code>/": Page(SEE_PLACES, of="element"),
    "customers/network/<str:code>/change/": Page(CHANGE_PLACES, of="element"),
    # People and places
    "accounts/login/": Page(PUBLIC, look=(200, 302)),
    "accounts/logout/": Page(PUBLIC, look=(200, 302)),
    "accounts/password/": Page(EVERYBODY),
    "accounts/switch/": Page(EVERYBODY),
    "accounts/me/": Page(EVERYBODY),
    "accounts/language/": Page(PUBLIC, look=PRESSED),
    "accounts/look/": Page(EVERYBODY, look=PRESSED),
    "staff/": Page(SEE_STAFF, asks=("q",), lists="staff"),
    "staff/new/": Page(CHANGE_STAFF),
    "staff/<int:pk>/": Page(SEE_STAFF, of="staff"),
    "staff/<int:pk>/change/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/password/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/access/": Page(CHANGE_STAFF, of="staff", changes=True, look=PRESSED),
    "staff/<int:pk>/posts/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/posts/<int:post>/end/": Page(CHANGE_STAFF, of="post", changes=True, look=PRESSED),
    "staff/<int:pk>/tokens/": Page(CHANGE_STAFF, of="staff", changes=True),
    "staff/<int:pk>/tokens/<int:token>/revoke/": Page(CHANGE_STAFF, of="token", changes=True, look=PRESSED),
    "organisation/": Page(SEE_PLACES),
    "organisation/units/<int:pk>/": Page(SEE_PLACES, of="unit"),
    "organisation/units/<int:pk>/change/": Page(CHANGE_PLACES, of="unit"),
    "organisation/units/<int:pk>/units/": Page(CHANGE_PLACES, of="unit"),
    "organisation/units/<int:pk>/departments/": Page(CHANGE_PLACES, of="unit"),
    "organisation/units/<int:pk>/areas/": Page(CHANGE_PLACES, of="unit"),
    "organisation/<slug:kind>/<int:pk>/rename/": Page(CHANGE_PLACES, of="place", look=(200, 302)),
    "organisation/<slug:kind>/<int:pk>/switch/": Page(CHANGE_PLACES, of="place", look=PRESSED),
    # The dictionary
    "codes/": Page(CHANGE_CODES),
    "codes/<slug:set_>/": Page(CHANGE_CODES, of="set"),
    "codes/<slug:set_>/new/": Page(CHANGE_CODES, of="set"),
    "codes/<int:pk>/rename/": Page(CHANGE_CODES, of="code"),
    "codes/<int:pk>/retire/": Page(CHANGE_CODES, of="code"),
    "codes/<int:pk>/restore/": Page(CHANGE_CODES, of="code", look=PRESSED),
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
    "GET api/v1/customers": Call(SEE_CUSTOMERS, asks=("q",), lists="customer"),
    "POST api/v1/customers": Call(CHANGE_CUSTOMERS, body={"name": "…"}),
    "GET api/v1/customers/{int:customer_id}": Call(SEE_CUSTOMERS, of="customer"),
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
    "GET api/v1/work-orders/{str:number}": Call(SEE_ORDERS, of="order"),
    "GET api/v1/work-orders/{str:number}/acts": Call(SEE_ORDERS, of="order"),
    "POST api/v1/work-orders/{str:number}/acts": Call(SEE_ORDERS, of="order", body=NOTE),
    "POST api/v1/work-orders/{str:number}/attachments": Call(SEE_ORDERS, of="order", upload=True),
    "GET api/v1/interactions": Call("interactions.see", lists="interaction"),
    "POST api/v1/interactions": Call("intake.take", body={"channel": "phone", "reason": "silent"}),
    "GET api/v1/interactions/{int:contact_id}": Call("interactions.see", of="interaction"),
}
# What the stream may tell of, and whose files may be fetched: kinds of rows, each scoped by its slice.
HEARD_OF = frozenset({"workorders.WorkOrder", "workspace.Looking", "loading.Run"})
FILES_OF = frozenset({"workorders.WorkOrder"})
