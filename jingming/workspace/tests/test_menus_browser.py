"""A menu arranged in the browser holds for that role only, at the next page of everybody who has it."""

from playwright.sync_api import Page

from tests.browser import IN_A_BROWSER, At, look_at

pytestmark = IN_A_BROWSER


def menu_of(page: Page) -> list[str]:
    page.goto("/orders/?queue=mine")
    return [str(link.get_attribute("href")) for link in page.locator("nav.side a").all()]


def test_a_menu_arranged_in_the_browser_holds_for_that_role_only_and_at_once(at_the_desk: At):
    with at_the_desk("agent1") as agent, at_the_desk("head1") as head, at_the_desk("sysadmin1") as page:
        agents, heads = menu_of(agent), menu_of(head)
        page.goto("/menus/")
        look_at(page)
        page.locator("button[name=hide][value='agent:archives']").press("Enter")
        page.locator("button[name=show][value='agent:archives']:focus").wait_for()
        assert menu_of(agent) == [url for url in agents if url != "/customers/"]
        assert menu_of(head) == heads

        page.locator("a[href='/menus/agent/']").press("Enter")
        page.wait_for_url("**/menus/agent/")
        look_at(page)
        page.locator("button[name=down][value=intake]").press("Enter")
        page.locator("button[name=down][value=intake]:focus").wait_for()  # the focus is where it was
        assert menu_of(agent)[:2] == [agents[1], "/intake/"]

        page.locator("button[name=reset]").click()
        page.locator("button[name=reset]").wait_for(state="detached")
        assert menu_of(agent) == agents

        agent.goto("/accounts/me/menu/")
        look_at(agent)
        agent.locator("button[name=pin][value=flows]").press("Enter")
        agent.locator("button[name=unpin][value=flows]:focus").wait_for()
        assert menu_of(agent)[0] == "/flows/"
