"""Vocabulary of the people who work here: roles out of the box, their authorities, and how far a post reaches."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    "accounts.token_made": _("Token made"),
    "accounts.token_revoked": _("Token revoked"),
}
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


_A = Authority
_DESK = [_A.SEE_ORDERS, _A.SEE_CUSTOMERS, _A.SEE_INTERACTIONS, _A.SEE_FLOWS, _A.SEE_ORGANISATION]

# Role code → (Chinese, English, authorities). Written into the roles table at set-up; from then on the table decides.
SHIPPED_ROLES: dict[str, tuple[str, str, list[Authority]]] = {
    "agent": ("客服坐席", "Agent", [*_DESK, _A.TAKE_INTAKE, _A.CHANGE_CUSTOMERS]),
    "dispatcher": ("运营派单", "Dispatcher", [*_DESK, _A.CHANGE_CUSTOMERS, _A.LOAD_DATA]),
    "head": ("部门负责人", "Department head", [*_DESK, _A.SEE_STAFF]),
    "engineer": ("工程师", "Field engineer", [_A.SEE_ORDERS, _A.SEE_CUSTOMERS, _A.SEE_FLOWS, _A.SEE_ORGANISATION]),
    "callback": ("回访员", "Callback officer", [*_DESK, _A.TAKE_INTAKE]),
    "inspector": ("稽查", "Inspector", _DESK),
    "supervisor": ("监管", "Supervisor", _DESK),
    "approval_manager": ("审批经理", "Approval manager", [*_DESK, _A.SEE_STAFF]),
    "authority": ("职权部门", "Dispatch authority", _DESK),
    "announcer": ("公告发布人", "Announcer", [_A.SEE_FLOWS, _A.SEE_ORGANISATION]),
    "account_manager": ("客户经理", "Account manager", [*_DESK, _A.CHANGE_CUSTOMERS, _A.LOAD_DATA]),
    "manager": ("管理层", "Manager", [*_DESK, _A.SEE_STAFF]),
    "evaluator": ("第三方评估", "Evaluator", []),
    "sysadmin": (
        "系统管理员",
        "System administrator",
        [_A.SEE_FLOWS, _A.SEE_ORGANISATION, _A.CHANGE_ORGANISATION, _A.CHANGE_CODES, _A.REPAIR_JOBS, _A.LOAD_DATA],
    ),
    "secadmin": (
        "安全管理员",
        "Security administrator",
        [_A.SEE_ORGANISATION, _A.SEE_STAFF, _A.CHANGE_STAFF, _A.LOAD_DATA],
    ),
    "auditadmin": ("审计管理员", "Audit administrator", [_A.SEE_AUDIT, _A.SEE_ORGANISATION]),
}
