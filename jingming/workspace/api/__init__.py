"""Work orders and contacts for programs: the same intake, the same acts, the same access as the desk."""

from . import intake, orders, types
from .doors import contacts, order_types, work_orders

__all__ = ["contacts", "intake", "order_types", "orders", "types", "work_orders"]
