"""Work orders and what hangs on them: types by version, history, tasks, reviews, callbacks, work, links.

Everything here is written by actions.py alone (and by `loading`, the bulk door). Orders are never deleted.
"""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Right
from django.utils.translation import gettext_lazy as _

from jingming.accounts.models import Staff
from jingming.customers.models import Customer, ServicePoint
from jingming.interactions.models import Interaction
from jingming.organisation.models import Department, Placed
from jingming.privacy.fields import SealedNumberField, WrittenJSONField, WrittenLineField, WrittenTextField
from jingming.ui.labels import in_language

from .flows import Flow, read_flow
from .rules import OPEN_STATES, Act, CallbackResult, LinkKind, ReviewResult, Status, Waiting

LONGEST_REASON = 200


class OrderType(models.Model):
    """A kind of business; what it means is in its versions."""

    code = models.CharField(max_length=30, unique=True)
    prefix = models.CharField(max_length=4, unique=True, help_text="first letters of the order number")
    label = models.JSONField(help_text="{zh, en}")
    position = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("type of order")
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return in_language(self.label)


class TypeVersion(models.Model):
    """One version of a type's flow. Never changed once written, by a trigger even not by the owner of the database:
    orders under way keep the version they began with."""

    append_only: ClassVar[bool] = True

    type = models.ForeignKey(OrderType, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    reason = WrittenLineField(max_length=2 * LONGEST_REASON, blank=True, help_text="why it replaced the one before")

    class Meta:
        verbose_name = _("version of a type")
        constraints: ClassVar = [models.UniqueConstraint("type", "number", name="a_version_number_is_used_once")]

    def __str__(self) -> str:
        return f"{self.type_id} v{self.number}"

    @property
    def flow(self) -> Flow:
        """The flow that this version describes."""
        return flow_of(self.pk)


class TypeDraft(models.Model):
    """The next version of a type while administrators work on it: one a type, gone when it is published or discarded.
    Always readable as a flow; what else is wrong with it is `faults`, and keeps it from being published."""

    type = models.OneToOneField(OrderType, models.PROTECT, related_name="draft")
    based_on = models.ForeignKey(TypeVersion, models.PROTECT, related_name="+", db_index=False)
    definition = models.JSONField()
    revision = models.PositiveIntegerField(
        default=1, help_text="rises with every change; a save with an old one is stale"
    )
    changed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft of a type")

    def __str__(self) -> str:
        return f"{self.type_id} r{self.revision}"

    @property
    def flow(self) -> Flow:
        """The flow as it would be."""
        return read_flow(self.definition)


@lru_cache(maxsize=500)
def flow_of(version_id: int) -> Flow:
    """The flow of a version; versions are immutable, so it is kept for the life of the process."""
    return read_flow(TypeVersion.objects.values_list("definition", flat=True).get(pk=version_id))


class NumberCounter(models.Model):
    """How many numbers a type has given out in a city on a local day. Counted in the order's own transaction: a
    number is never used twice, and there is no gap but for orders that were made void, which keep theirs."""

    prefix = models.CharField(max_length=4)
    city_code = models.CharField(max_length=6)
    day = models.DateField()
    last = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("number counter")
        constraints: ClassVar = [models.UniqueConstraint("prefix", "city_code", "day", name="one_counter_a_day")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.city_code}-{self.day:%Y%m%d}"


RESTING = ~Q(waiting_for="", held_until__isnull=True)  # held by a department, or waiting for somebody


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    """Small filters to chain."""

    def under_way(self) -> WorkOrderQuerySet:
        """Neither closed nor void."""
        return self.filter(status__in=OPEN_STATES)

    def resting(self) -> WorkOrderQuerySet:
        """Under way, but held or waiting."""
        return self.under_way().filter(RESTING)

    def for_departments(self, departments: set[int] | frozenset[int] | list[int]) -> WorkOrderQuerySet:
        """Standing in the queue of one of these departments."""
        return self.filter(department__in=departments)


class WorkOrder(Placed):
    """A work order 工单. Place keys say where the matter is; `department` whose queue it stands in, `home_department`
    which call centre answers to the customer for it."""

    never_deleted: ClassVar[bool] = True

    number = models.CharField(max_length=40, unique=True)
    type = models.ForeignKey(OrderType, models.PROTECT, related_name="orders", db_index=False)
    version_of_type = models.ForeignKey(TypeVersion, models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.UNTREATED)
    step = models.CharField(max_length=30)
    version = models.PositiveIntegerField(
        default=1, help_text="rises with every change; a save with an old one is stale"
    )

    home_department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    assignee = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    opened_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    sent_from = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+", db_index=False)
    sent_step = models.CharField(max_length=30, blank=True, help_text="step before the last hand-over")
    sent_assignee = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    recallable = models.BooleanField(default=False, help_text="handed over, and nobody has touched it since")

    interaction = models.ForeignKey(Interaction, models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=20)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="orders", db_index=False)
    service_point = models.ForeignKey(ServicePoint, models.PROTECT, null=True, related_name="orders", db_index=False)
    caller_name = WrittenLineField(max_length=240, blank=True)
    caller_phone = SealedNumberField(max_length=80, blank=True)
    address = WrittenLineField(max_length=400, blank=True)
    verified = ArrayField(models.CharField(max_length=20), default=list, help_text="what the caller was checked by")
    category = models.CharField(max_length=40, blank=True, help_text="code of the set `category`")
    level = models.CharField(max_length=20, default="normal", help_text="code of the set `level`")
    description = WrittenTextField()
    form = WrittenJSONField(default=dict, help_text="values of the type's own fields")
    extra = WrittenJSONField(default=dict)

    occurred_at = models.DateTimeField(help_text="when the customer's contact began")
    recorded_at = models.DateTimeField()
    arrived_at = models.DateTimeField(null=True, help_text="on site; empty again when the order goes to somebody else")
    processed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = WrittenTextField(blank=True, help_text="what was done, or what the customer was told")

    waiting_for = models.CharField(max_length=12, blank=True, choices=Waiting.choices)
    held_until = models.DateTimeField(null=True)
    holds = models.PositiveSmallIntegerField(default=0)
    suspended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    status_before = models.CharField(max_length=10, blank=True, choices=Status.choices, help_text="before suspension")
    round = models.PositiveSmallIntegerField(
        default=1, help_text="rises when the original order is reassigned or reopened"
    )
    callback_waived = models.BooleanField(default=False)
    must_reassign = models.BooleanField(default=False, help_text="the customer was not satisfied")
    satisfied = models.BooleanField(null=True, help_text="as heard in the last callback of this round")
    imported = models.BooleanField(default=False)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        indexes: ClassVar = [
            models.Index("province", F("occurred_at").desc(), F("id").desc(), name="order_by_province"),
            models.Index("city", F("occurred_at").desc(), F("id").desc(), name="order_by_city"),
            models.Index("district", F("occurred_at").desc(), F("id").desc(), name="order_by_district"),
            models.Index(F("occurred_at").desc(), F("id").desc(), name="order_by_time"),
            models.Index(
                "department",
                F("occurred_at").desc(),
                F("id").desc(),
                name="open_order_by_department",
                condition=Q(status__in=[*OPEN_STATES]),
            ),
            models.Index(
                "assignee",
                F("occurred_at").desc(),
                F("id").desc(),
                name="open_order_by_assignee",
                condition=Q(status__in=[*OPEN_STATES]),
            ),
            models.Index(
                "city",
                F("occurred_at").desc(),
                F("id").desc(),
                name="open_order_by_city",
                condition=Q(status__in=[*OPEN_STATES]),
            ),
            models.Index(
                "home_department",
                F("occurred_at").desc(),
                F("id").desc(),
                name="suspended_order_by_home",
                condition=Q(status="suspended"),
            ),
            models.Index(
                "department",
                F("occurred_at").desc(),
                F("id").desc(),
                name="resting_order_by_department",
                condition=Q(status__in=[*OPEN_STATES]) & RESTING,
            ),
            models.Index(
                "customer", F("occurred_at").desc(), name="order_by_customer", condition=Q(customer__isnull=False)
            ),
            models.Index(
                "service_point",
                F("occurred_at").desc(),
                name="order_by_service_point",
                condition=Q(service_point__isnull=False),
            ),
            models.Index(
                "caller_phone", F("occurred_at").desc(), name="order_by_caller_phone", condition=~Q(caller_phone="")
            ),
            models.Index("address", F("occurred_at").desc(), name="order_by_address", condition=~Q(address="")),
            models.Index("interaction", name="order_by_interaction"),
            models.Index(Right("number", 4), F("occurred_at").desc(), name="order_by_last_four"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="an_order_is_in_a_known_state"),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(closed_at__isnull=False), name="a_closed_order_has_its_time"
            ),
            models.CheckConstraint(
                condition=~Q(status="closed") | Q(must_reassign=False), name="a_dissatisfied_order_is_not_closed"
            ),
            models.CheckConstraint(
                condition=(Q(status="suspended") & ~Q(status_before=""))
                | (~Q(status="suspended") & Q(status_before="", suspended_by__isnull=True)),
                name="a_suspended_order_knows_its_state_before",
            ),
            models.CheckConstraint(condition=Q(version__gte=1) & Q(round__gte=1), name="an_order_counts_from_one"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def flow(self) -> Flow:
        """The flow of the version that this order began with."""
        return flow_of(self.version_of_type_id)

    @property
    def ended(self) -> bool:
        return self.status in (Status.CLOSED, Status.VOID)


class History(Placed):
    """One step of an order's way. Append-only, partitioned by month of `occurred_at`; the table has no foreign keys
    because nothing it names is ever deleted, and every act pays for writing it."""

    append_only: ClassVar[bool] = True

    pk = models.CompositePrimaryKey("id", "occurred_at")
    id = models.BigIntegerField(db_default=Func(Value("workorders_history_id_seq"), function="nextval"), editable=False)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    order_id = models.BigIntegerField()
    version = models.PositiveIntegerField(help_text="of the order, after the act")
    act = models.CharField(max_length=20, choices=Act.choices)
    from_status = models.CharField(max_length=10, blank=True, choices=Status.choices)
    to_status = models.CharField(max_length=10, choices=Status.choices)
    from_step = models.CharField(max_length=30, blank=True)
    to_step = models.CharField(max_length=30, blank=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=150, blank=True)
    department_id = models.BigIntegerField(null=True, help_text="in whose queue the order stood")
    to_department_id = models.BigIntegerField(null=True)
    to_staff_id = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    text = WrittenTextField(blank=True)
    facts = WrittenJSONField(default=dict, help_text='more of the act; "changes": {field: [before, after]}')
    imported = models.BooleanField(default=False)
    odd = ArrayField(models.CharField(max_length=30), default=list, help_text="what an import found strange")

    class Meta:
        verbose_name = _("history line")
        indexes: ClassVar = [
            models.Index("order_id", "occurred_at", "id", name="history_by_order"),
            models.Index("province", "city", "district", "department_id", "occurred_at", name="history_by_place"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.act}"


class Participation(models.Model):
    """A department or a person that an order has been with: they keep seeing it. Upheld by the actions."""

    never_deleted: ClassVar[bool] = True

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="participations", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    occurred_at = models.DateTimeField(help_text="the order's own, so that lists need not join to sort")

    class Meta:
        verbose_name = _("participation")
        constraints: ClassVar = [
            models.UniqueConstraint(
                "order", "department", "staff", name="taking_part_counts_once", nulls_distinct=False
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                "department",
                F("occurred_at").desc(),
                F("order").desc(),
                name="participation_of_department",
                condition=Q(staff__isnull=True),
            ),
            models.Index(
                "staff",
                F("occurred_at").desc(),
                F("order").desc(),
                name="participation_of_staff",
                condition=Q(staff__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.department_id}"


class Task(models.Model):
    """A part of an order that one department handles and reports (以任务的形式分配)."""

    never_deleted: ClassVar[bool] = True

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="tasks")
    round = models.PositiveSmallIntegerField()
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    assignee = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    instruction = WrittenTextField()
    given_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    given_at = models.DateTimeField()
    handling = WrittenTextField(blank=True)
    satisfaction = models.PositiveSmallIntegerField(null=True, help_text="the department's own 用户满意度, 1 to 5")
    receipt_person = WrittenLineField(max_length=120, blank=True, help_text="回执人")
    handled_at = models.DateTimeField(null=True)
    reported_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("task")
        indexes: ClassVar = [
            models.Index(
                "department", "given_at", name="open_task_by_department", condition=Q(reported_at__isnull=True)
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reported_at__isnull=True)
                | (
                    Q(satisfaction__range=(1, 5), handled_at__isnull=False, reported_by__isnull=False)
                    & ~Q(handling="")
                    & ~Q(receipt_person="")
                ),
                name="a_reported_task_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.department_id}"


class Review(models.Model):
    """A head's look 审核 at one step that somebody has done: time, person and result stand on it."""

    never_deleted: ClassVar[bool] = True

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="reviews")
    round = models.PositiveSmallIntegerField()
    step = models.CharField(max_length=30)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="reviews", db_index=False)
    done_by = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    done_at = models.DateTimeField()
    work = WrittenTextField(blank=True, help_text="what was reported of the step")
    result = models.CharField(max_length=10, blank=True, choices=ReviewResult.choices)
    reviewer = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    reviewed_at = models.DateTimeField(null=True)
    remark = WrittenTextField(blank=True)

    class Meta:
        verbose_name = _("review")
        indexes: ClassVar = [
            models.Index("department", "done_at", name="pending_review_by_department", condition=Q(result="")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(result="", reviewer__isnull=True, reviewed_at__isnull=True)
                | Q(result__in=ReviewResult.values, reviewer__isnull=False, reviewed_at__isnull=False),
                name="a_review_has_person_time_and_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.step}"


class Callback(models.Model):
    """A callback 回访 that is due or was made. The customer's satisfaction is another value than the department's."""

    never_deleted: ClassVar[bool] = True

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="callbacks")
    round = models.PositiveSmallIntegerField()
    department = models.ForeignKey(Department, models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField()
    result = models.CharField(max_length=12, blank=True, choices=CallbackResult.choices)
    satisfaction = models.PositiveSmallIntegerField(null=True, help_text="1 to 5, as the customer says")
    text = WrittenTextField(blank=True)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("callback")
        indexes: ClassVar = [
            models.Index("department", "due_at", name="due_callback_by_department", condition=Q(result="")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint("order", name="one_callback_is_due", condition=Q(result="")),
            models.CheckConstraint(
                condition=Q(result="", by__isnull=True, at__isnull=True)
                | Q(result__in=CallbackResult.values, by__isnull=False, at__isnull=False),
                name="a_made_callback_has_person_and_time",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction__isnull=True) | Q(satisfaction__range=(1, 5)),
                name="satisfaction_is_one_to_five",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.result or 'due'}"


class WorkRecord(models.Model):
    """Work done on an order 工作任务记录, with the time it took."""

    never_deleted: ClassVar[bool] = True

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="work_records")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+", db_index=False)
    began_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    text = WrittenTextField()
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("work record")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__range=(1, 10_080)), name="work_takes_a_minute_to_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.minutes} min"


class OrderLink(models.Model):
    """Two orders that belong together."""

    never_deleted: ClassVar[bool] = True

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="links_out")
    other = models.ForeignKey(WorkOrder, models.PROTECT, related_name="links_in")
    kind = models.CharField(max_length=12, choices=LinkKind.choices)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("link between orders")
        constraints: ClassVar = [
            models.UniqueConstraint("order", "other", "kind", name="a_link_stands_once"),
            models.CheckConstraint(condition=~Q(order=F("other")), name="an_order_is_not_linked_to_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.other_id}"


class Route(models.Model):
    """Whose problems a category is: category → approval manager 审批经理 in a department."""

    category = models.CharField(max_length=40, help_text="code of the set `category`")
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    manager = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("route of a category")
        constraints: ClassVar = [
            models.UniqueConstraint("category", "department", name="a_category_has_one_manager_a_department"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.manager_id}"


class Queued(models.Model):
    """That an order stands in a queue, counted in the tally of this key. Kept by actions.tallying, a moment after the
    act; never read to show orders."""

    order = models.ForeignKey(
        WorkOrder,
        models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,  # the lock on acts would wait
    )
    key = models.CharField(max_length=32)

    class Meta:
        verbose_name = _("standing in a queue")
        constraints: ClassVar = [models.UniqueConstraint("order", "key", name="an_order_is_counted_once_a_queue")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.key}"


class Tally(Placed):
    """How many orders stand in a queue in the same way: with the same departments and people, seen by the same, at the
    same place. The figure beside a queue is the sum of few such rows (queries.counts)."""

    key = models.CharField(max_length=32, primary_key=True, help_text="digest of all but the count")
    queue = models.CharField(max_length=20)
    departments = ArrayField(models.BigIntegerField(), help_text="by which departments they stand there")
    staff = ArrayField(models.BigIntegerField(null=True), help_text="through whom in each of these departments")
    seen_departments = ArrayField(models.BigIntegerField(), help_text="which departments have taken part")
    seen_staff = ArrayField(models.BigIntegerField(), help_text="who has taken part")
    count = models.IntegerField()

    class Meta:
        verbose_name = _("tally")
        indexes: ClassVar = [
            GinIndex("departments", name="tally_by_department"),
            GinIndex("staff", name="tally_by_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.queue} {self.count}"
