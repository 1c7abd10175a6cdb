"""Vocabulary of the people who work here: roles out of the box, their authorities, and how far a post reaches."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

# What the audit says about an account, in words.
DONE = {
    "accounts.engaged": _("Engaged"),
    "accounts.changed": _("Data changed"),
    "accounts.switched_off": _("Access switched off"),
    "accounts.switched_on": _("Access switched on"),
    "accounts.posted": _("Post given"),
    "accounts.post_ended": _("Post ended"),
    "accounts.password_set": _("Password set"),
    "accounts.language_chosen": _("Language chosen"),
    "accounts.look_chosen": _("Look of the desk chosen"),
    "accounts.signed_in": _("Signed in"),
    "accounts.sign_in_failed": _("Sign-in failed"),
    "accounts.signed_out": _("Signed out"),
    "accounts.locked": _("Locked for strangers after too many wrong passwords"),
    "accounts.address_locked": _("Address locked after too many wrong passwords"),
    "accounts.set_up": _("First account made with the setup token"),
    "accounts.sessions_ended": _("Sessions ended"),
    "accounts.second_factor_on": _("Two-step sign-in switched on"),
    "accounts.second_factor_off": _("Two-step sign-in switched off"),
    "accounts.second_factor_taken": _("Two-step sign-in taken away"),
    "accounts.recovery_codes_made": _("New recovery codes made"),
    "accounts.recovery_code_used": _("Recovery code used"),
    "accounts.code_failed": _("Wrong code after the right password"),
    "accounts.token_made": _("Token made"),
    "accounts.token_revoked": _("Token revoked"),
    "accounts.lent": _("Post lent"),
    "accounts.lending_ended": _("Lending ended"),
    "accounts.seen_as": _("Looked at what the person could see"),
}
# How browsers and systems give themselves away → what people call them. The first that fits counts.
BROWSERS = (
    ("MicroMessenger", _("WeChat")),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
SHORTEST_REASON, LONGEST_REASON = 2, 200  # of why somebody reveals what is masked, in characters
USERNAME = r"[a-z][a-z0-9._-]{1,59}"


class Scope(TextChoices):
    """How far the authority of a post reaches."""

    OWN = "own", _("Own rows")
    DEPARTMENT = "department", _("Own department")
    SUBTREE = "subtree", _("Own unit and all below")
    ALL = "all", _("Everything")


class Theme(TextChoices):
    """Light or dark; `auto` follows the computer."""

    AUTO = "auto", _("Auto")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Contrast(TextChoices):
    """How strongly words stand out; `auto` follows the computer."""

    AUTO = "auto", pgettext_lazy("contrast", "Normal")
    MORE = "more", pgettext_lazy("contrast", "High")


class Density(TextChoices):
    """How close rows stand."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


# What a person may set about the look of the desk → what there is to choose.
LOOKS: dict[str, type[TextChoices]] = {"theme": Theme, "contrast": Contrast, "density": Density}


class Authority(TextChoices):
    """What a role may see or do outside the acts of an order, which the order's flow gives to roles."""

    SEE_ORDERS = "orders.see", _("See work orders")
    EXPORT_ORDERS = "orders.export", _("Export work orders")
    TAKE_INTAKE = "intake.take", _("Take calls and counter visits")
    SEE_CUSTOMERS = "customers.see", _("See customers")
    CHANGE_CUSTOMERS = "customers.change", _("Change customers")
    SEE_INTERACTIONS = "interactions.see", _("See interactions")
    SEE_FLOWS = "flows.see", _("See flows")
    SEE_ORGANISATION = "organisation.see", _("See the organisation")
    CHANGE_ORGANISATION = "organisation.change", _("Change the organisation")
    SEE_STAFF = "staff.see", _("See staff")
    CHANGE_STAFF = "staff.change", _("Change staff and their posts")
    CHANGE_CODES = "codes.change", _("Change codes")
    SEE_AUDIT = "audit.see", _("Read the audit")
    REPAIR_JOBS = "jobs.repair", _("Repair failed jobs")
    LOAD_DATA = "data.load", _("Import and export master data")
    SEE_NUMBERS = "privacy.numbers", _("See phone and identity numbers whole")
    SEE_NAMES = "privacy.names", _("See names of people whole")
    SEE_ADDRESSES = "privacy.addresses", _("See addresses whole")
    REVEAL = "privacy.reveal", _("Reveal what is masked, with a reason")
    HANDLE_PERSONS = "privacy.requests", _("Answer requests about personal data")
    SET_RETENTION = "retention.set", _("Set how long personal data is kept")


# What stands before the dot of an authority → the business under which it is shown; others stand under the last.
BUSINESSES = (
    (_("Orders and contacts"), ("orders", "intake", "interactions")),
    (_("Customers"), ("customers", "fields")),
    (_("Flows and places"), ("flows", "organisation", "codes")),
    (_("People and rights"), ("staff", "roles")),
    (_("Personal data"), ("privacy", "retention")),
    (_("Running the system"), ()),
)
# What is personal about a customer, field by field. Without the authority it is masked.
PERSONAL = (Authority.SEE_NUMBERS, Authority.SEE_NAMES, Authority.SEE_ADDRESSES)
# What lets somebody see rows in which personal data stands.
SHOWS_CUSTOMERS = frozenset(
    {Authority.SEE_ORDERS, Authority.SEE_CUSTOMERS, Authority.SEE_INTERACTIONS, Authority.TAKE_INTAKE}
)
# The three administrations 三员: what makes somebody one of them. Nobody is two of them at the same time. A trigger in
# the database (0015_three_administrations) holds the same table, for whoever writes posts and roles beside the actions.
ADMINISTRATIONS: dict[str, tuple[StrPromise, frozenset[str]]] = {
    "system": (
        _("System administration"),
        frozenset({Authority.CHANGE_ORGANISATION, Authority.CHANGE_CODES, Authority.REPAIR_JOBS}),
    ),
    "security": (_("Security administration"), frozenset({Authority.CHANGE_STAFF})),
    "audit": (_("Audit administration"), frozenset({Authority.SEE_AUDIT})),
}
ADMINISTRATIVE = frozenset().union(*(own for _label, own in ADMINISTRATIONS.values()))  # such posts are never lent
ADMINISTRATORS = {"system": "sysadmin", "security": "secadmin", "audit": "auditadmin"}  # the shipped role of each
ITSELF = "itself"  # of a role made here that works as no shipped one: a flow may name it


def administrations_of(authorities: Iterable[str]) -> list[str]:
    """Which of the three administrations these authorities make somebody part of."""
    held = set(authorities)
    return [name for name, (_label, own) in ADMINISTRATIONS.items() if held & own]


def stands_as(code: str, works_as: str, authorities: Iterable[str]) -> set[str]:
    """The roles as which a role is held to account: itself, the one whose work it does, and, whatever that is, those of
    the administrations that its authorities make somebody part of."""
    return {code, works_as, *(ADMINISTRATORS[one] for one in administrations_of(authorities))}


def by_business(authorities: Iterable[Authority]) -> list[tuple[StrPromise, list[Authority]]]:
    """The authorities under the names of their businesses, those without any left out."""
    groups: dict[int, list[Authority]] = {}
    for authority in authorities:
        prefix = authority.value.partition(".")[0]
        place = next((n for n, (_label, own) in enumerate(BUSINESSES) if prefix in own), len(BUSINESSES) - 1)
        groups.setdefault(place, []).append(authority)
    return [(BUSINESSES[place][0], groups[place]) for place in sorted(groups)]


_A = Authority
_DESK = [_A.SEE_ORDERS, _A.SEE_CUSTOMERS, _A.SEE_INTERACTIONS, _A.SEE_FLOWS, _A.SEE_ORGANISATION]
_FIELD = [_A.SEE_ORDERS, _A.SEE_CUSTOMERS, _A.SEE_FLOWS, _A.SEE_ORGANISATION]
_WHOLE = list(PERSONAL)  # whoever calls customers or goes to them; who counts, inspects or decides sees masks
_MASKED = [_A.REVEAL]

# Role code → (Chinese, English, authorities). Written into the roles table at set-up; from then on the table decides.
SHIPPED_ROLES: dict[str, tuple[str, str, list[Authority]]] = {
    "agent": ("客服坐席", "Agent", [*_DESK, _A.TAKE_INTAKE, _A.CHANGE_CUSTOMERS, *_WHOLE]),
    "dispatcher": ("运营派单", "Dispatcher", [*_DESK, _A.EXPORT_ORDERS, _A.CHANGE_CUSTOMERS, _A.LOAD_DATA, *_WHOLE]),
    "head": ("部门负责人", "Department head", [*_DESK, _A.EXPORT_ORDERS, _A.SEE_STAFF, *_WHOLE]),
    "engineer": ("工程师", "Field engineer", [*_FIELD, *_WHOLE]),
    "callback": ("回访员", "Callback officer", [*_DESK, _A.TAKE_INTAKE, *_WHOLE]),
    "inspector": ("稽查", "Inspector", [*_DESK, _A.EXPORT_ORDERS, *_MASKED]),
    "supervisor": ("监管", "Supervisor", [*_DESK, _A.EXPORT_ORDERS, _A.HANDLE_PERSONS, *_MASKED]),
    "approval_manager": ("审批经理", "Approval manager", [*_DESK, _A.SEE_STAFF, *_MASKED]),
    "authority": ("职权部门", "Dispatch authority", [*_DESK, *_MASKED]),
    "announcer": ("公告发布人", "Announcer", [_A.SEE_FLOWS, _A.SEE_ORGANISATION]),
    "account_manager": ("客户经理", "Account manager", [*_DESK, _A.CHANGE_CUSTOMERS, _A.LOAD_DATA, *_WHOLE]),
    "manager": ("管理层", "Manager", [*_DESK, _A.EXPORT_ORDERS, _A.SEE_STAFF, _A.HANDLE_PERSONS, *_MASKED]),
    "evaluator": ("第三方评估", "Evaluator", []),
    "sysadmin": (
        "系统管理员",
        "System administrator",
        [_A.SEE_FLOWS, _A.SEE_ORGANISATION, _A.CHANGE_ORGANISATION, _A.CHANGE_CODES, _A.REPAIR_JOBS, _A.LOAD_DATA],
    ),
    "secadmin": (
        "安全管理员",
        "Security administrator",
        [_A.SEE_ORGANISATION, _A.SEE_STAFF, _A.CHANGE_STAFF, _A.LOAD_DATA, _A.SET_RETENTION],
    ),
    "auditadmin": ("审计管理员", "Audit administrator", [_A.SEE_AUDIT, _A.SEE_ORGANISATION]),
}


class Pace(Enum):
    """What a request is counted as; how many of each somebody may make in a while stands in the policy."""

    PAGE = "page"
    SEARCH = "search"  # what is asked while one types
    UPLOAD = "upload"
    EXPORT = "export"
    REVEAL = "reveal"  # what is masked, shown
    API = "api"
    STRANGER = "stranger"  # whoever has not signed in, by address or known browser


def device_in_words(agent: str) -> str:
    """What a browser says of itself, as people say it: “Edge · Windows”; "" for what nobody knows."""
    known = [next((str(word) for mark, word in table if mark in agent), "") for table in (BROWSERS, SYSTEMS)]
    return " · ".join(word for word in known if word)
