"""People who work here, from a file: engaged, corrected and posted by the acts of their slice, one by one.

Nobody is given a password: a new colleague signs in once a security administrator has set one. A role that the file
names is held afterwards, with the reach that stands beside it; other posts stay. Nobody is switched off by a file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from jingming.accounts import access, actions
from jingming.accounts.models import Post, Role, Staff
from jingming.accounts.rules import Scope
from jingming.base.errors import Unfit
from jingming.loading.copying import Cell
from jingming.loading.rules import SHOWN
from jingming.organisation.models import Department

from .choosing import of_choices, of_departments
from .work import Bad, Detail, Gathered, Problem, Said, Terms, Tick

NOBODY = "0"  # an emptied reference


@dataclass(frozen=True)
class Line:
    """One person as the file has them; "" for what it does not say."""

    employee_number: str
    username: str
    name: str
    department: Department | None
    role: str
    scope: str
    manager: str


@dataclass
class People(Gathered):
    """See the head of this module."""

    lines: dict[int, Line] = field(default_factory=dict)
    facts: dict[int, dict[str, list[object]]] = field(default_factory=dict)

    def __init__(self, terms: Terms) -> None:
        super().__init__(terms)
        self.lines, self.facts = {}, {}
        self.roles = {role.code: role for role in Role.objects.all()}
        self.departments = of_departments("department")
        self.scopes = of_choices("scope", Scope.choices)
        self.role_words = of_choices("role", [(role.code, role.label) for role in self.roles.values()])

    def key(self, said: Said) -> tuple[str, object]:
        return "employee_number", said["employee_number"]

    def clean(self, row: int, said: Said) -> Sequence[Cell]:
        role = self.role_words.pick(said["role"]) if said.get("role") else ""
        scope = self.scopes.pick(said["scope"]) if said.get("scope") else ""
        if scope and not role:
            raise Bad([("scope", said["scope"], _("Name the role that reaches so far, or leave this empty."))])
        department = self.departments.pick(said["department"]) if said.get("department") else None
        manager = said.get("manager")
        if manager and manager == said["employee_number"]:
            raise Bad([("manager", manager, _("Nobody is their own approval manager. Choose somebody else."))])
        self.lines[row] = Line(
            str(said["employee_number"]), str(said.get("username") or "").lower(), str(said.get("name") or ""),
            department, role, scope, str(manager) if manager is not None else "",
        )  # fmt: skip
        return (said["employee_number"],)  # type: ignore[return-value]  # a word

    # --- Against what is kept ---------------------------------------------------------------------------------------
    def refused(self) -> Iterator[Problem]:
        self.people = {
            one.employee_number: one
            for one in Staff.objects.select_for_update(of=("self",)).select_related("department", "manager")
        }
        usernames = {one.username: one.employee_number for one in self.people.values()}
        self.posts = {
            (post.staff_id, post.role.code, post.department_id): post for post in Post.objects.select_related("role")
        }
        by = self.terms.by
        seen = set(access.visible_staff(by).values_list("pk", flat=True)) if by else None
        coming = {line.employee_number for row, line in self.lines.items() if row in self.rows}
        taken: dict[str, int] = {}
        for row in list(self.rows):
            line = self.lines[row]
            for column, value, sentence in self._misfits(line, usernames, seen, coming):
                yield Problem(row, column, value, sentence)
            if line.username and taken.setdefault(line.username, row) != row:
                sentence = _("Row %(row)d has the same username. Choose another.") % {"row": taken[line.username]}
                yield Problem(row, "username", line.username, sentence)

    def _misfits(
        self, line: Line, usernames: dict[str, str], seen: set[int] | None, coming: set[str]
    ) -> Iterator[tuple[str, str, str]]:
        there = self.people.get(line.employee_number)
        if there is None:
            missing = [word for word in ("username", "name", "department") if not getattr(line, word)]
            for column in missing:
                yield column, "", _("This cannot be left empty for somebody who is new.")
            try:
                if not missing:
                    actions.check_login_words(line.username, line.employee_number)
            except Unfit as refusal:
                yield from ((column, getattr(line, column), str(why)) for column, why in refusal.fields.items())
        elif seen is not None and there.pk not in seen:
            yield "employee_number", line.employee_number, _("This employee number is not yours to load.")
        elif line.username and line.username != there.username:
            sentence = _("This person signs in as %(username)s, which cannot be changed. Correct the file.")
            yield "username", line.username, sentence % {"username": there.username}
        elif (
            line.role and self.terms.by is not None and there.pk == self.terms.by.pk and self._post(there, line) is None
        ):
            sentence = _("Nobody changes their own posts or access. Ask another security administrator.")
            yield "role", line.role, sentence
        if line.manager and line.manager != NOBODY and line.manager not in self.people and line.manager not in coming:
            yield (
                "manager",
                line.manager,
                _("Nobody here has this employee number. Correct it, or add the person first."),
            )
        del usernames

    def _post(self, person: Staff, line: Line) -> Post | None:
        """The post that the line names, if it is held with that reach."""
        department = line.department or person.department
        post = self.posts.get((person.pk, line.role, department.pk))
        return post if post is not None and line.scope in ("", post.scope) else None

    def compare(self) -> Iterator[Problem]:
        for row in self.rows:
            line = self.lines[row]
            there = self.people.get(line.employee_number)
            if there is None:
                self.states[row] = "new"
                told = {"username": line.username, "name": line.name, "department": str(line.department or "")}
                self.facts[row] = {name: ["", value] for name, value in {**told, "role": line.role}.items() if value}
            else:
                self.facts[row] = self._differences(there, line)
                self.states[row] = "changed" if self.facts[row] else "same"
        yield from ()

    def _differences(self, there: Staff, line: Line) -> dict[str, list[object]]:
        facts: dict[str, list[object]] = {}
        if line.name and line.name != there.name:
            facts["name"] = [there.name, line.name]
        if line.department is not None and line.department.pk != there.department_id:
            facts["department"] = [str(there.department), str(line.department)]
        held = there.manager.employee_number if there.manager else NOBODY
        if line.manager and line.manager != held:
            facts["manager"] = [held if held != NOBODY else "", line.manager if line.manager != NOBODY else ""]
        if line.role and self._post(there, line) is None:
            facts["role"] = ["", f"{line.role} {line.scope}".strip()]
        return facts

    def details(self, limit: int = SHOWN) -> list[Detail]:
        told = ((row, state) for row, state in self.states.items() if state != "same")
        return [
            Detail(row, self.lines[row].name or self.lines[row].employee_number, state, self.facts[row])
            for (row, state), _place in zip(told, range(limit), strict=False)
        ]

    # --- Written ----------------------------------------------------------------------------------------------------
    def write(self, tick: Tick) -> None:
        by, at = self.terms.by, self.terms.at
        todo = [self.lines[row] for row, state in self.states.items() if state != "same"]
        for line in todo:
            if line.employee_number not in self.people and line.department is not None:
                self.people[line.employee_number] = actions.engage(
                    username=line.username, employee_number=line.employee_number, name=line.name,
                    department=line.department, password=None, by=by, at=at,
                )  # fmt: skip
        for line in todo:  # once everybody is here, whoever is somebody's manager is too
            person = self.people[line.employee_number]
            manager = self.people.get(line.manager) if line.manager else person.manager
            actions.change(
                person, name=line.name or person.name, department=line.department or person.department, manager=manager,
                by=by, at=at,
            )  # fmt: skip
            if line.role and self._post(person, line) is None:
                self._give_post(person, line)
            tick(1)

    def _give_post(self, person: Staff, line: Line) -> None:
        by, at = self.terms.by, self.terms.at
        department = line.department or person.department
        held = self.posts.get((person.pk, line.role, department.pk))
        if held is not None:
            actions.end_post(held, by=by, at=at)
        scope = line.scope or Scope.DEPARTMENT
        actions.post(person, role=self.roles[line.role], department=department, scope=scope, by=by, at=at)


def exported(by: Staff | None, unit: str) -> tuple[int, Iterator[Sequence[object]]]:
    """The people whom the person may see, with the first of their posts; those of a place, if one is named."""
    people = access.visible_staff(by) if by else Staff.objects.all()
    if unit:
        people = people.filter(department__unit__code=unit)
    people = people.filter(is_active=True).select_related("department", "manager").order_by("employee_number")
    posts: dict[int, Post] = {}
    for post in Post.objects.filter(staff__in=people).select_related("role").order_by("-pk"):
        posts[post.staff_id] = post

    def rows() -> Iterator[Sequence[object]]:
        for one in people:
            post = posts.get(one.pk)
            at_home = post is not None and post.department_id == one.department_id
            yield (
                one.employee_number, one.username, one.name, one.department.code,
                post.role.code if post and at_home else "", post.scope if post and at_home else "",
                one.manager.employee_number if one.manager else "",
            )  # fmt: skip

    return people.count(), rows()
