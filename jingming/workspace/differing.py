"""What one version of a type says otherwise than another, in words: what an administrator reads before publishing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext as _

from jingming.accounts.models import Role
from jingming.ui.labels import in_language
from jingming.workorders.flows import PREVIOUS, Flow, Label, Permission, Step
from jingming.workorders.rules import Act

from .drawing import field_label, kind_words, plans


def differences(before: Flow, after: Flow) -> list[str]:
    """A sentence for each difference, from the whole to the single act. One query."""
    roles = {role.code: str(role) for role in Role.objects.all()}
    return [
        *_named(before, after),
        *_steps(before, after),
        *_acts(before, after, roles),
        *_asked(before, after),
        *_planned(before, after),
        *_guide(before, after),
    ]


def _both(label: Label) -> str:
    """Both names: a change of either is a change."""
    return f"{label.zh} / {label.en}"


def _name(step: Step) -> str:
    return in_language(step.label.model_dump())


def _from_to(what: str, before: str, after: str) -> str:
    return _("%(what)s: %(after)s instead of %(before)s.") % {"what": what, "before": before, "after": after}


def _named(before: Flow, after: Flow) -> Iterator[str]:
    if before.label != after.label:
        yield _from_to(_("Name of the type"), _both(before.label), _both(after.label))
    if before.start != after.start:
        yield _from_to(_("Orders begin at"), _name(before.step(before.start)), _name(after.step(after.start)))


def _steps(before: Flow, after: Flow) -> Iterator[str]:
    was, now = ({step.key: step for step in flow.steps} for flow in (before, after))
    for key, step in now.items():
        if key not in was:
            yield _("New step “%(step)s”, done by: %(departments)s.") % {
                "step": _name(step), "departments": kind_words(step.kinds),
            }  # fmt: skip
    for key, step in was.items():
        if key not in now:
            yield _("The step “%(step)s” is gone.") % {"step": _name(step)}
    kept = [key for key in was if key in now]
    if kept != [key for key in now if key in was]:
        order = " → ".join(_name(step) for step in after.steps)
        yield _("The steps stand in another order: %(steps)s.") % {"steps": order}
    for key in kept:
        yield from _step(was[key], now[key])


def _step(was: Step, now: Step) -> Iterator[str]:
    name = {"step": _name(now)}
    if was.label != now.label:
        yield _from_to(_("Name of a step"), _both(was.label), _both(now.label))
    if was.kinds != now.kinds:
        yield _from_to(_("Done at “%(step)s” by") % name, kind_words(was.kinds), kind_words(now.kinds))
    if was.review != now.review:
        told = _("“%(step)s” is reviewed.") if now.review else _("“%(step)s” is no longer reviewed.")
        yield told % name
    if was.unless_waived != now.unless_waived:
        left_out = _("“%(step)s” is left out when no callback is wanted.")
        yield (left_out if now.unless_waived else _("“%(step)s” is never left out.")) % name


def _acts(before: Flow, after: Flow, roles: Mapping[str, str]) -> Iterator[str]:
    was = {step.key: step.acts for step in before.steps}
    yield from _acts_at(_("At every step"), before.acts, after.acts, after, roles)
    for step in after.steps:
        yield from _acts_at(_name(step), was.get(step.key, {}), step.acts, after, roles)


def _acts_at(
    where: str, was: Mapping[Act, Permission], now: Mapping[Act, Permission], flow: Flow, roles: Mapping[str, str]
) -> Iterator[str]:
    for act in Act:
        before, after = was.get(act), now.get(act)
        facts = {"where": where, "act": act.label}
        if after is not None and before is None:
            facts |= {"roles": _words(after.by, roles), "to": _leading(after, flow)}
            yield _("%(where)s: new act “%(act)s”, by: %(roles)s%(to)s.") % facts
        elif before is not None and after is None:
            yield _("%(where)s: “%(act)s” can no longer be done.") % facts
        elif before is not None and after is not None:
            yield from _permission(f"{where}: {act.label}", before, after, flow, roles)


def _permission(what: str, was: Permission, now: Permission, flow: Flow, roles: Mapping[str, str]) -> Iterator[str]:
    if added := [role for role in now.by if role not in was.by]:
        yield _("%(what)s: now also by %(roles)s.") % {"what": what, "roles": _words(added, roles)}
    if gone := [role for role in was.by if role not in now.by]:
        yield _("%(what)s: no longer by %(roles)s.") % {"what": what, "roles": _words(gone, roles)}
    if was.to != now.to:
        yield _("%(what)s: leads to “%(step)s”.") % {"what": what, "step": where_to(flow, now) or _("stays")}
    if was.to_kinds != now.to_kinds:
        yield _from_to(what, kind_words(was.to_kinds) or "—", kind_words(now.to_kinds) or "—")


def _leading(permission: Permission, flow: Flow) -> str:
    to = where_to(flow, permission)
    return _("; leads to “%(step)s”") % {"step": to} if to else ""


def where_to(flow: Flow, permission: Permission) -> str:
    """Where an act leads, in words; empty if the order stays."""
    if permission.to == PREVIOUS:
        return _("where it came from")
    return _name(flow.step(permission.to)) if permission.to else ""


def _words(codes: Sequence[str], roles: Mapping[str, str]) -> str:
    return _(", ").join(roles.get(code, code) for code in codes)


def _asked(before: Flow, after: Flow) -> Iterator[str]:
    for act in Act:
        was, now = before.required_by(act), after.required_by(act)
        for key in now:
            if key not in was:
                yield _("“%(field)s” is required before “%(act)s”.") % {
                    "field": field_label(after, key), "act": act.label,
                }  # fmt: skip
        for key in was:
            if key not in now:
                yield _("“%(field)s” is no longer required before “%(act)s”.") % {
                    "field": field_label(before, key), "act": act.label,
                }  # fmt: skip
    was_fields, now_fields = ({field.key: field for field in flow.fields} for flow in (before, after))
    for key, field in now_fields.items():
        if key not in was_fields:
            yield _("New field “%(field)s”.") % {"field": in_language(field.label.model_dump())}
    for key, field in was_fields.items():
        if key not in now_fields:
            yield _("The field “%(field)s” is gone.") % {"field": in_language(field.label.model_dump())}


def _planned(before: Flow, after: Flow) -> Iterator[str]:
    for (word, was), (_word, now) in zip(plans(before), plans(after), strict=True):
        if was != now:
            yield _("%(word)s: %(sentence)s") % {"word": word, "sentence": now}


def _guide(before: Flow, after: Flow) -> Iterator[str]:
    if before.guide != after.guide:
        yield _("The guide for the call says something else.")
