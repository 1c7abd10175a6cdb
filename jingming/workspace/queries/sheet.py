"""One order with everything that its page shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from jingming.accounts.access import duties_of
from jingming.accounts.models import Staff
from jingming.codes.queries import label_of
from jingming.customers import access as customer_access
from jingming.customers.models import Customer, ServicePoint
from jingming.customers.queries import Hanging as Device
from jingming.customers.queries import devices_at
from jingming.organisation.queries import departments
from jingming.ui.labels import in_language
from jingming.workorders import access
from jingming.workorders.models import History, OrderType, WorkOrder
from jingming.workorders.queries import Hanging, hanging_on
from jingming.workorders.rules import Act
from jingming.workorders.values import NOTHING
from jingming.workspace import history as words
from jingming.workspace.acts import ICONS, KEYS, most_likely

from .chips import Chip, level_chip, rest_chip, state_chip
from .lists import place_of
from .steps import step_bar
from .story import Story, story

HEADING = 60  # characters of the description that an order's heading shows


@dataclass(frozen=True)
class Possible:
    """An act that can be done now, as a link with its key."""

    act: Act
    key: str
    icon: str
    label: str


@dataclass(frozen=True)
class Fact:
    """A word and its value."""

    label: str
    value: str
    mono: bool = False


@dataclass(frozen=True)
class Customer360:
    """Whom an order is for, as far as its page shows it; `linked` if the person may open the archive."""

    customer: Customer | None
    point: ServicePoint | None
    linked: bool
    devices: list[Device]


@dataclass(frozen=True)
class Sheet:
    """Everything that an order's page shows."""

    order: WorkOrder
    department: str
    assignee: str
    place: str
    state: Chip
    level: Chip | None
    rest: Chip | None
    steps: list[dict[str, object]]
    whom: Customer360
    facts: list[Fact]
    lacking: list[str]
    primary: Possible | None
    possible: list[Possible]
    refused: list[Fact]
    story: Story
    hanging: Hanging

    @property
    def long(self) -> bool:
        """Whether the heading cannot hold the description."""
        return len(self.order.description) > HEADING or "\n" in self.order.description


def sheet(order: WorkOrder, person: Staff, *, at: datetime, show: str = "", everything: bool = False) -> Sheet:
    """An order with what hangs on it and what can be done: thirteen queries at most, whatever hangs on it.

    `show` is the kind of lines that its history keeps, `everything` folds none away."""
    hanging = hanging_on(order, person)
    now = access.situated(order, tasks=hanging.tasks, reviews=hanging.reviews, callbacks=hanging.callbacks)
    allowed = access.acts_for(order, person, now)
    names = names_for(order, hanging.history)
    lacking = [] if order.ended else access.missing(order)
    next_act = most_likely(
        order,
        allowed.now,
        person,
        lacking=bool(lacking),
        has_tasks=any(task.round == order.round for task in hanging.tasks),
    )
    possible = [
        Possible(act, KEYS.get(act, ""), ICONS[act], str(act.label)) for act in sorted(allowed.now, key=_in_order)
    ]
    return Sheet(
        order=order,
        department=str(departments()[order.department_id]),
        assignee=names.person(order.assignee_id),
        place=place_of(order),
        state=state_chip(order.status),
        level=level_chip(order.level),
        rest=rest_chip(order),
        steps=step_bar(order, hanging.history, names, at=at),
        whom=_whom(order, person),
        facts=_facts(order),
        lacking=[access.field_label(order, key) for key in lacking],
        primary=next((one for one in possible if one.act == next_act), None),
        possible=possible,
        refused=_refused(order, person, allowed.refused),
        story=story(hanging, names, show=show, everything=everything),
        hanging=hanging,
    )


def _refused(order: WorkOrder, person: Staff, reasons: Mapping[Act, str]) -> list[Fact]:
    """Why not the rest: one sentence for each act that one's own posts do at this step, the others summed up."""
    roles = {post.role.works_as for post in duties_of(person)}
    own: list[Fact] = []
    of_others: list[str] = []
    elsewhere: list[str] = []
    for act, reason in reasons.items():
        permission = order.flow.permission(order.step, act)
        if permission is None:
            elsewhere.append(str(act.label))
        elif roles.isdisjoint(permission.by):
            of_others.append(str(act.label))
        else:
            own.append(Fact(str(act.label), reason))
    summed_up = {_("Done by other roles"): of_others, _("Not at this step"): elsewhere}
    return [*own, *(Fact(label, _(", ").join(names)) for label, names in summed_up.items() if names)]


ORDER_OF_ACTS = (*KEYS, Act.REOPEN, Act.JUDGE, Act.VOID)


def _in_order(act: Act) -> int:
    return ORDER_OF_ACTS.index(act)


def names_for(order: WorkOrder, history: Sequence[History], *, ids: Iterable[int | None] = ()) -> words.Names:
    """The names that an order's page and history need: one query, two where the type was changed."""
    ids = words.people_in(history) | {order.assignee_id, order.opened_by_id, order.suspended_by_id, *ids}
    people = dict(Staff.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", "name"))
    retyped = any(line.act == Act.RETYPE for line in history)
    return words.Names(order, people, OrderType.objects.in_bulk() if retyped else {})


def _whom(order: WorkOrder, person: Staff) -> Customer360:
    linked = order.customer_id is not None and customer_access.visible_to(person).filter(pk=order.customer_id).exists()
    point = order.service_point
    devices = devices_at([point.pk]).get(point.pk, []) if point else []
    return Customer360(order.customer, point, linked, devices)


def _facts(order: WorkOrder) -> list[Fact]:
    """What was written down of the matter, empty values left out."""
    found = [
        Fact(_("Channel"), label_of("channel", order.channel)),
        Fact(_("Category"), label_of("category", order.category) if order.category else ""),
        Fact(_("Level"), label_of("level", order.level)),
        Fact(_("Customer verified by"), words.verified_words(order.verified)),
        *(
            Fact(in_language(field.label.model_dump()), words.form_value(field, order.form.get(field.key), order))
            for field in order.flow.fields
            if order.form.get(field.key) not in NOTHING
        ),
        Fact(_("Outcome"), order.outcome),
    ]
    return [fact for fact in found if fact.value]
