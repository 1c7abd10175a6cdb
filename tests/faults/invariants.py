"""What is true of the heart at every moment, and of every attempt at it. Plain functions, each yields what it finds
wrong in words; a machine asks them after every act (test_state_machine), and planted faults must make them speak
(tests/controls).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from jingming.accounts.access import duties_of
from jingming.accounts.models import Post, Staff
from jingming.accounts.rules import Authority, Scope
from jingming.base.errors import Refusal
from jingming.organisation.queries import departments, units
from jingming.workorders.models import flow_of
from jingming.workorders.rules import BESIDE, Act
from tests.faults.world import Row, World

_STAY = "untreated>untreated processing>processing processed>processed suspended>suspended"
_TO_WORK = "untreated>processing processing>processing"
_ENDED_TOO = f"{_STAY} closed>closed"
_SINCE_WORK = "processing>processing processed>processed closed>closed"
# The moves once more, written down apart from rules.MOVES: a table that was changed by mistake does not check itself.
KNOWN_MOVES = {
    "answer": "untreated>closed",
    **dict.fromkeys(("accept", "assign", "dispatch", "transfer", "reply", "return", "split"), _TO_WORK),
    "terminate": "untreated>closed processing>closed",
    **dict.fromkeys(("arrive", "report"), "processing>processing"),
    **dict.fromkeys(("hold", "wait"), "untreated>untreated processing>processing"),
    "suspend": "untreated>suspended processing>suspended",
    "resume": "suspended>untreated suspended>processing untreated>untreated processing>processing",
    "complete": "processing>processed",
    "review": "processing>processing processed>processed processed>processing closed>closed",
    "call_back": "processed>processed",
    "reassign": "processed>processing",
    "close": "processed>closed",
    "reopen": "closed>processing",
    "void": "untreated>void processing>void suspended>void",
    "recall": "processing>untreated processing>processing",
    "amend": _STAY,
    "retype": "untreated>untreated processing>untreated",
    "note": f"{_ENDED_TOO} void>void",
    **dict.fromkeys(("attach", "link"), _ENDED_TOO),
    **dict.fromkeys(("work", "judge"), _SINCE_WORK),
}
UNDER_WAY = {"untreated", "processing", "processed", "suspended"}
ENDED = {"closed", "void"}
AFTER_DISSATISFACTION = BESIDE | {Act.REASSIGN, Act.REVIEW, Act.AMEND}
Told = Iterator[str]


@dataclass(frozen=True)
class Attempt:
    """Somebody's try at an order. `number` is None for an intake, which has no order yet."""

    by: Staff
    act: Act
    outcome: Literal["done", "refused", "unseen", "unread"]  # unread: sent back before the order was looked for
    order_id: int | None = None
    sentences: tuple[str, ...] = ()


# --- At every moment -----------------------------------------------------------------------------------------------
def numbers_are_unique_and_gapless(world: World) -> Told:
    """Every order has one readable number; those of a type, city and day run from 1 to what their counter says."""
    counted: dict[str, list[int]] = {}
    for order in world.orders.values():
        if not re.fullmatch(r"[A-Z]{2,4}-\d{3,6}-\d{8}-\d{6,}", order["number"]):
            yield f"{order['number']} is no order number"
            continue
        series, count = order["number"].rsplit("-", 1)
        counted.setdefault(series, []).append(int(count))
    last = {f"{c['prefix']}-{c['city_code']}-{c['day']:%Y%m%d}": c["last"] for c in world.counters.values()}
    for series, counts in counted.items():
        if sorted(counts) != list(range(1, last.get(series, 0) + 1)):
            yield f"{series} has given out {sorted(counts)}, and counted to {last.get(series)}"


def history_is_one_chain_within_the_table(world: World) -> Told:
    """Each order's lines begin with its opening, follow one another by moves of the table, and end where it is."""
    for order in world.orders.values():
        lines, where = world.of("history", order["id"]), order["number"]
        if not lines or lines[0]["act"] != Act.OPEN:
            yield f"{where} does not begin with its opening"
            continue
        for before, line in pairwise(lines):
            if line["from_status"] != before["to_status"] or line["from_step"] != before["to_step"]:
                yield f"{where}: “{line['act']}” does not follow “{before['act']}”"
            if f"{line['from_status']}>{line['to_status']}" not in KNOWN_MOVES[line["act"]]:
                yield f"{where}: the table does not know “{line['act']}” {line['from_status']} → {line['to_status']}"
        if (lines[-1]["to_status"], lines[-1]["to_step"]) != (order["status"], order["step"]):
            yield f"{where} is {order['status']} at {order['step']}, and its history ends elsewhere"


def versions_count_the_changes(world: World) -> Told:
    """An order's version is 1 and one more for every act that is not beside it, each noted once."""
    for order in world.orders.values():
        lines = [line for line in world.of("history", order["id"]) if line["act"] not in BESIDE]
        if [line["version"] for line in lines] != list(range(1, order["version"] + 1)):
            yield f"{order['number']} is of version {order['version']} after {[line['act'] for line in lines]}"


def every_act_is_audited_and_published(world: World) -> Told:
    """One line of audit and one queued job for each line of history, in the same order."""
    for order in world.orders.values():
        acts = [line["act"] for line in world.of("history", order["id"])]
        audited = [f"workorders.{'opened' if act == 'open' else act}" for act in acts]
        if world.audit_of(order["id"]) != audited:
            yield f"{order['number']}: {acts} were done, audited are {world.audit_of(order['id'])}"
        if world.jobs_of(order["id"]) != ["workorders.opened", *acts[1:]]:
            yield f"{order['number']}: {acts} were done, published are {world.jobs_of(order['id'])}"


def an_order_under_way_has_a_queue_and_its_own_people(world: World) -> Told:
    """It stands in an active department; who is in charge of it works there, or has split it."""
    works_in = {(post.department_id, post.staff_id) for post in Post.objects.all()}
    for order in _in(world, UNDER_WAY):
        department = departments().get(order["department_id"])
        if department is None or not department.active:
            yield f"{order['number']} stands in no active department"
        splits = [line["by_id"] for line in world.of("history", order["id"]) if line["act"] == Act.SPLIT]
        person = order["assignee_id"]
        if person and (order["department_id"], person) not in works_in and person not in splits[-1:]:
            yield f"{order['number']} is with {department} and in the charge of somebody from elsewhere"


def whoever_has_an_order_takes_part_in_it(world: World) -> Told:
    """Its departments, the person in charge and those who have open tasks can see it."""
    taking_part = {(p["order_id"], p["department_id"], p["staff_id"]) for p in world.participations.values()}
    for order in world.orders.values():
        wanted = {(order["department_id"], None), (order["home_department_id"], None)}
        wanted |= {(t["department_id"], t["assignee_id"]) for t in world.of("tasks", order["id"])}
        people = {staff for order_id, _department, staff in taking_part if order_id == order["id"]}
        for department, staff in wanted:
            if (order["id"], department, staff) not in taking_part:
                yield f"{order['number']} is with {departments().get(department)}, who cannot see it"
        if order["assignee_id"] and order["assignee_id"] not in people:
            yield f"{order['number']} is in the charge of somebody who takes no part"


def a_closed_order_has_nothing_open(world: World) -> Told:
    """No open task, due callback, or blocking review; no customer whose dissatisfaction was not answered."""
    for order in _in(world, {"closed"}):
        open_tasks = [t["id"] for t in world.of("tasks", order["id"]) if t["reported_at"] is None]
        due = [c["id"] for c in world.of("callbacks", order["id"]) if c["result"] == ""]
        pending = [r["id"] for r in world.of("reviews", order["id"]) if r["result"] == ""]
        if open_tasks or due or order["must_reassign"]:
            yield f"{order['number']} is closed with tasks {open_tasks}, callbacks {due} open"
        if pending and flow_of(order["version_of_type_id"]).review == "blocking":
            yield f"{order['number']} is closed with reviews {pending} pending"
        if order["closed_at"] is None or order["processed_at"] is None:
            yield f"{order['number']} is closed without its times"


def callbacks_hang_on_processed_orders(world: World) -> Told:
    """A callback is due only on a processed order; what the order says of satisfaction is the last one's result."""
    for order in world.orders.values():
        calls = world.of("callbacks", order["id"])
        if any(call["result"] == "" for call in calls) and order["status"] != "processed":
            yield f"{order['number']} is {order['status']} and has a callback due"
        heard = [
            c["result"] for c in calls if c["round"] == order["round"] and c["result"] in {"satisfied", "dissatisfied"}
        ]
        if order["must_reassign"] and (order["status"], heard[-1:]) != ("processed", ["dissatisfied"]):
            yield f"{order['number']} must be reassigned, {order['status']} and {heard}"
        if order["satisfied"] is not None and heard[-1:] != ["satisfied" if order["satisfied"] else "dissatisfied"]:
            yield f"{order['number']} says satisfied={order['satisfied']} after {heard}"


def every_contact_has_one_disposition(world: World) -> Told:
    """Each contact names the order that it opened or joined, or why there is none; each order names its contact."""
    opened = Counter(row["order_id"] for row in world.interactions.values() if row["disposition"] == "opened")
    second = {link["order_id"] for link in world.links.values() if link["kind"] == "same_call"}
    for contact in world.interactions.values():
        kind, order_id, reason = contact["disposition"], contact["order_id"], contact["reason"]
        if (kind in {"opened", "attached"}) != (order_id in world.orders) or (kind == "no_order") != bool(reason):
            yield f"contact {contact['id']} is {kind}: order {order_id}, reason {reason!r}"
    for order in world.orders.values():
        if order["interaction_id"] not in world.interactions:
            yield f"{order['number']} comes from no contact"
        if opened[order["id"]] != (0 if order["id"] in second else 1):
            yield f"{order['number']} was opened by {opened[order['id']]} contacts"


STANDING: tuple[Callable[[World], Told], ...] = (
    numbers_are_unique_and_gapless,
    history_is_one_chain_within_the_table,
    versions_count_the_changes,
    every_act_is_audited_and_published,
    an_order_under_way_has_a_queue_and_its_own_people,
    whoever_has_an_order_takes_part_in_it,
    a_closed_order_has_nothing_open,
    callbacks_hang_on_processed_orders,
    every_contact_has_one_disposition,
)


def wrong_in(world: World) -> list[str]:
    """Everything that is wrong at this moment; empty if all is well."""
    return [told for fact in STANDING for told in fact(world)]


def _in(world: World, states: set[str]) -> Iterator[Row]:
    return (order for order in world.orders.values() if order["status"] in states)


# --- Of every attempt -----------------------------------------------------------------------------------------------
def nothing_is_lost_or_rewritten(before: World, after: World, attempt: Attempt) -> Told:
    """History, audit and what was published only grow; orders keep their numbers and never vanish."""
    for table in ("history", "audit", "jobs"):
        was, now = getattr(before, table), getattr(after, table)
        yield from (f"{table} {pk} is lost or changed" for pk, row in was.items() if now.get(pk) != row)
    for pk, order in before.orders.items():
        if after.orders.get(pk, {}).get("number") != order["number"]:
            yield f"{order['number']} has lost its number"


def a_refusal_changes_nothing_and_says_why(before: World, after: World, attempt: Attempt) -> Told:
    """Whoever is refused, or does not see the order, leaves no trace; a refusal is a sentence in both languages."""
    if attempt.outcome == "done":
        return
    yield from before.differences(after)
    if attempt.outcome != "unseen" and (len(attempt.sentences) != 2 or not all(s.strip() for s in attempt.sentences)):
        yield f"{attempt.act} was refused with {attempt.sentences}"


def a_success_is_one_line_about_one_order(before: World, after: World, attempt: Attempt) -> Told:
    """What was done is noted once, on its order, and leaves every other order as it was."""
    if attempt.outcome != "done" or attempt.order_id is None:
        return
    came = [after.history[pk] for pk in sorted(after.history.keys() - before.history.keys())]
    if [(line["order_id"], line["act"], line["by_id"]) for line in came] != [
        (attempt.order_id, attempt.act, attempt.by.pk)
    ]:
        yield f"{attempt.act} left the lines {came}"
    for pk, order in before.orders.items():
        if pk != attempt.order_id and after.orders[pk] != order:
            yield f"{attempt.act} of another order changed {order['number']}"
    was = before.orders[attempt.order_id]
    if was["must_reassign"] and attempt.act not in AFTER_DISSATISFACTION:
        yield f"{attempt.act} was done to {was['number']}, which had to be reassigned"
    if attempt.act in BESIDE and after.orders[attempt.order_id] != was:
        yield f"{attempt.act} changed {was['number']}, beside which it stands"


def only_those_who_see_it_can_touch_it(before: World, after: World, attempt: Attempt) -> Told:
    """An order is unseen exactly for those whose posts do not reach it."""
    if attempt.order_id is None or attempt.outcome == "unread":
        return
    if (attempt.outcome == "unseen") == sees(attempt.by, attempt.order_id, before):
        yield f"{attempt.act} by {attempt.by.username} was {attempt.outcome}"


def sees(person: Staff, order_id: int, world: World) -> bool:
    """Whether the person may see the order: worked out here once more, from posts and rows alone."""
    order = world.orders[order_id]
    part = {(row["department_id"], row["staff_id"]) for row in world.of("participations", order_id)}
    for post in duties_of(person):
        if Authority.SEE_ORDERS not in post.role.authorities:
            continue
        if post.scope == Scope.SUBTREE:
            unit = units()[departments()[post.department_id].unit_id]
            reaches = unit.level == "hq" or order[f"{unit.level}_id"] == unit.pk
        elif post.scope == Scope.DEPARTMENT:
            reaches = (post.department_id, None) in part
        else:
            reaches = post.scope == Scope.ALL or any(staff == person.pk for _department, staff in part)
        if reaches:
            return True
    return False


OF_ATTEMPTS: tuple[Callable[[World, World, Attempt], Told], ...] = (
    nothing_is_lost_or_rewritten,
    a_refusal_changes_nothing_and_says_why,
    a_success_is_one_line_about_one_order,
    only_those_who_see_it_can_touch_it,
)


def wrong_with(before: World, after: World, attempt: Attempt) -> list[str]:
    """Everything that is wrong with what an attempt has done; empty if all is well."""
    return [told for fact in OF_ATTEMPTS for told in fact(before, after, attempt)]


def sentence_of(refusal: Refusal) -> str:
    """What the user is told: the message and every sentence beside a field."""
    if not refusal.message.strip() or not all(str(sentence).strip() for sentence in refusal.fields.values()):
        return ""
    return " ".join([refusal.message, *map(str, refusal.fields.values())])
