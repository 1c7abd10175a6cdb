"""A page leads nobody to an address that is shut to them: what one may not do is not offered as if one might."""

from __future__ import annotations

import pytest

from tests.matrix.declared import PAGES
from tests.matrix.walking import Walker

pytest_plugins = ["tests.matrix.standing"]
# One of each kind of role; those who see two cities and change one are among them.
SOME = ("agent1", "engineer1", "head1", "manager1", "visitor1", "keeper1", "sysadmin1", "secadmin1", "stranger1")


@pytest.mark.parametrize("route", [route for route, page in PAGES.items() if page.look == (200,) and page.of != "act"])
def test_a_page_offers_no_way_that_is_shut(walker: Walker, route: str):
    assert walker.offers(route, SOME) == []
