"""The guided tour in a real browser: each step is ticked by what happens, and can be skipped, left and begun again."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.chromium import PHONE, WIDE, Windows, axe_violations, screenshot
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def tour(page: Page) -> Locator:
    return page.get_by_role("region", name="Guided tour")


def at(page: Page, title: str) -> None:
    expect(tour(page).get_by_role("heading", level=3)).to_have_text(title)


def run(page: Page, prize: str) -> None:
    page.get_by_role("textbox", name="Prize").fill(prize)
    page.get_by_role("textbox", name="Duration").fill("30s")
    page.keyboard.press("Enter")
    expect(page.locator("#message-list > li").last).to_contain_text(prize)


def test_a_command_and_a_win_are_ticked_when_they_happened_and_not_before(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    page = windows.open(tour=True)
    at(page, "1. Run a command")
    tour(page).get_by_role("button", name="/giveaway start").click()
    page.keyboard.press("Enter")
    run(page, "a brass lamp")
    at(page, "2. Win a giveaway")
    expect(tour(page)).to_contain_text("Ana ran /giveaway start.")
    expect(page.get_by_role("status").filter(has_text="Ana ran /giveaway start.")).to_have_count(1)

    tour(page).get_by_role("link", name="act as Cy").click()
    expect(page).to_have_title(re.compile("as Cy"))
    expect(tour(page)).to_contain_text("You act as Cy.")
    page.locator("#message-list > li").last.get_by_role("button", name="Enter 0").click()
    expect(page.get_by_role("button", name="Enter 1").last).to_be_visible()
    at(page, "2. Win a giveaway")
    cy = playground.members()["cy"]
    bot.say(playground.facts["channels"]["giveaways"], content=f"<@{cy}> won.", allowed_mentions={"users": [cy]})
    at(page, "3. Break a rule")
    expect(tour(page)).to_contain_text("Cy won.")
    page.reload()
    at(page, "3. Break a rule")


def test_a_command_that_came_to_nothing_is_no_tick_and_somebody_else_may_try(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open(tour=True)
    at(page, "1. Run a command")
    page.get_by_role("combobox", name=re.compile("Write in")).fill("/giveaway list")
    page.keyboard.press("Enter")
    page.locator("#run").click()
    expect(tour(page)).to_contain_text("nothing came of it")
    at(page, "1. Run a command")
    screenshot(page, "tour-refused")
    assert axe_violations(page) == []
    tour(page).get_by_role("link", name="act as Bo").click()
    expect(tour(page)).to_contain_text("You act as Bo.")


def test_without_a_supervisor_the_tour_cuts_the_connection_and_says_so(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open(tour=True)
    for title in ("1. Run a command", "2. Win a giveaway", "3. Break a rule", "4. Edit the config"):
        at(page, title)
        if title.startswith("4"):
            expect(tour(page)).to_contain_text("This playground runs alone")
        tour(page).get_by_role("button", name="Skip this step").click()
    at(page, "5. Kill the bot")
    expect(tour(page).get_by_role("button", name="Cut the connection")).to_be_visible()
    tour(page).get_by_role("button", name="Skip this step").click()
    at(page, "That was the tour")
    tour(page).get_by_role("button", name="Start again").click()
    at(page, "1. Run a command")
    tour(page).get_by_role("button", name="Close the tour").click()
    expect(tour(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Guided tour")).to_be_focused()
    page.keyboard.press("Enter")
    at(page, "1. Run a command")


def test_an_answer_that_is_late_and_broken_stops_nothing_and_is_asked_for_once_more(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    page = windows.open(tour=True)
    at(page, "1. Run a command")
    under_way: list[Route] = []

    def hold(route: Route) -> None:
        under_way.append(route)

    page.route("**/page/tour?*", hold, times=1)
    with page.expect_request("**/page/tour?*"):
        pass
    page.get_by_role("link", name=re.compile("^gatehouse")).click()
    expect(page).to_have_title(re.compile("#gatehouse"))
    for words in ("a", "late", "answer", "is", "nothing"):
        playground.write("bo", "gatehouse", words)
        expect(page.locator("#message-list > li").last).to_contain_text(words)
    for _ in ("closed", "and open"):
        page.get_by_role("button", name="Guided tour").click()
    before = len(windows.requests)
    under_way.pop().fulfill(body="cut off")
    expect(page.locator("#tour-step")).to_be_focused()
    asked = [url for url in windows.requests[before:] if "/page/tour?" in url]
    assert len(asked) <= 3  # for the other channel, for being opened, and as time goes by


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_in_the_tour(windows: Windows, bot: PlainBot, size: tuple[int, int], dark: bool) -> None:
    assert bot.application_id
    page = windows.open(size=size, dark=dark, tour=True)
    name = f"tour-{'phone' if size == PHONE else 'wide'}-{'dark' if dark else 'light'}"
    for number in range(1, 6):
        expect(tour(page).get_by_role("heading", level=3)).to_have_text(re.compile(f"^{number}\\."))
        if number in {1, 3, 5}:
            screenshot(page, f"{name}-{number}")
            assert axe_violations(page) == []
        tour(page).get_by_role("button", name="Skip this step").click()
    at(page, "That was the tour")
    screenshot(page, f"{name}-end")
    assert axe_violations(page) == []
