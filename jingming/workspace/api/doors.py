"""The routers of the API, and what each door asks for."""

from __future__ import annotations

from ninja import Router

from jingming.accounts.http import Bearer
from jingming.accounts.rules import Authority, Pace

work_orders = Router(tags=["work orders"])
contacts = Router(tags=["contacts"])
order_types = Router(tags=["types of orders"])

SEE, TAKE = Bearer(to=Authority.SEE_ORDERS), Bearer(to=Authority.TAKE_INTAKE)
SEE_AND_UPLOAD = Bearer(to=Authority.SEE_ORDERS, pace=Pace.UPLOAD)
SEE_CONTACTS = Bearer(to=Authority.SEE_INTERACTIONS)
