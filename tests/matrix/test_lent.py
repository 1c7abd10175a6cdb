"""A post that is lent gives what it gives from its first moment to its last, and to nobody but whoever has it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from jingming.accounts import access
from jingming.accounts.models import Delegation, Staff
from jingming.base.clock import now
from tests.matrix.answers import undone
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("since", [1, -3])
def test_nothing_is_seen_before_it_begins_or_after_it_ends(walker: Walker, since: int):
    """One whose people were read while it was about to begin, and one that is just over."""
    order = walker.world.thing("order", "repair-north").names["number"]
    lent = Delegation.objects.filter(pk=walker.world.thing("delegation", "engineer1").names["pk"])
    person = Staff.objects.get(username="standin1")
    with undone():
        assert walker.get(walker.browser("standin1"), f"/orders/{order}/").status == 200
        lent.update(since=now() + since * MINUTE, until=now() + (since + 2) * MINUTE)
        assert walker.get(walker.browser("standin1"), f"/orders/{order}/").status == 404
        assert access.selves(person) == {person.pk}


def test_own_work_is_that_of_whoever_is_away_too(walker: Walker):
    person, giver = (Staff.objects.get(username=name) for name in ("standin1", "engineer1"))

    assert access.selves(person) == {person.pk, giver.pk}


def test_nothing_is_lent_but_by_the_few_who_may(walker: Walker):
    people = {one.username: one for one in Staff.objects.select_related("department")}
    head, south = people["head1"], people["head2"]
    keeper, security = people["keeper1"], people["secadmin1"]

    assert [access.may_lend_for(one, people["engineer1"]) for one in (head, south, security, people["standin1"])] == [
        True, False, True, False,
    ]  # fmt: skip
    assert not access.lendable(security, by=security).exists()
    assert not access.lendable(keeper, by=security).exists()
    assert not access.lendable(people["engineer1"], by=south).exists()
    assert not access.takers_for(head).filter(username__in=("head1", "stranger1", "nj-agent")).exists()
    assert not access.delegations_of(people["engineer1"], by=south).exists()
