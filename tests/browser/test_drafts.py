"""What one was about to say or run stays with the member and the channel it was for, wherever one looks meanwhile."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.chromium import Windows
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def go(page: Page, name: str, title: str) -> None:
    page.get_by_role("link", name=re.compile(f"^{name}")).click()
    expect(page).to_have_title(re.compile(title))


def held(page: Page, pattern: str) -> list[Route]:
    """What is asked for is on its way until one lets it continue."""
    under_way: list[Route] = []

    def hold(route: Route) -> None:
        under_way.append(route)

    page.route(pattern, hold)
    return under_way


def test_a_draft_its_reply_and_its_file_wait_for_their_member_in_their_channel(
    windows: Windows, playground: PlaygroundAlone, tmp_path: Path
) -> None:
    playground.write("bo", "giveaways", "who brings the lamp?")
    (tmp_path / "lamp.txt").write_text("a lamp")
    page = windows.open()
    say = page.locator("#say")
    page.locator("#message-list > li").last.hover()
    page.locator("#message-list > li").last.get_by_role("button", name="Reply").click()
    say.fill("I have it right")
    page.locator("#files").set_input_files(tmp_path / "lamp.txt")
    go(page, "gatehouse", "#gatehouse as Ana")
    expect(say).to_have_value("")
    expect(page.get_by_text("lamp.txt")).to_have_count(0)
    say.fill("first")
    say.press("Shift+Enter")
    page.keyboard.type("second")
    go(page, "Bo", "#gatehouse as Bo")
    expect(say).to_have_value("")
    go(page, "giveaways", "#giveaways as Bo")
    go(page, "Ana", "#giveaways as Ana")
    expect(page.get_by_text("Replying to Bo")).to_be_visible()
    expect(page.get_by_role("link", name="Ana")).to_be_focused()
    say.press("End")
    page.keyboard.type(" here")
    page.keyboard.press("Enter")
    expect(page.locator("#message-list > li").last).to_contain_text(
        re.compile("who brings the lamp.*I have it right here.*lamp.txt", re.DOTALL)
    )
    expect(say).to_have_value("")
    go(page, "gatehouse", "#gatehouse as Ana")
    expect(page.locator("#lines")).to_have_value("first\nsecond")
    page.go_back()
    expect(page).to_have_title(re.compile("#giveaways as Ana"))
    expect(say).to_have_value("")


def test_a_half_filled_command_is_there_again_and_runs(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open()
    page.locator("#say").fill("/giveaway start")
    page.locator("#say").press("Enter")
    page.get_by_role("textbox", name="Prize").fill('A "brass" lamp')
    go(page, "gatehouse", "#gatehouse as Ana")
    expect(page.locator("#command-form")).to_have_count(0)
    page.go_back()
    expect(page).to_have_title(re.compile("#giveaways as Ana"))
    expect(page.get_by_role("textbox", name="Prize")).to_have_value('A "brass" lamp')
    where = page.get_by_role("combobox", name="Channel")
    where.fill("gate")
    expect(page.get_by_role("option", name="gatehouse")).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Prize")).to_have_value('A "brass" lamp')
    expect(page.locator("#command-form [role=listbox]:visible")).to_have_count(0)
    where.press("Backspace")
    expect(page.get_by_role("option", name="gatehouse")).to_be_visible()
    where.press("Enter")
    expect(where).to_have_value("#gatehouse")
    page.get_by_role("textbox", name="Duration").fill("30s")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#message-list > li").last).to_contain_text('A "brass" lamp')


def test_a_command_that_is_on_its_way_comes_back_only_if_it_is_refused_and_wipes_nothing(
    windows: Windows, bot: PlainBot
) -> None:
    assert bot.application_id
    page = windows.open()
    say, prize = page.locator("#say"), page.get_by_role("textbox", name="Prize")
    under_way = held(page, "**/page/commands")
    say.fill("/giveaway start")
    say.press("Enter")
    prize.fill("A tin lamp")
    for duration in ("", "30s"):
        page.get_by_role("textbox", name="Duration").fill(duration)
        with page.expect_request("**/page/commands"):
            page.get_by_role("button", name="Run").click()
        go(page, "gatehouse", "#gatehouse as Ana")
        go(page, "giveaways", "#giveaways as Ana")
        expect(page.locator("#command-form")).to_have_count(0)
        say.fill(f"meanwhile {duration}")
        with page.expect_response("**/page/commands"):
            under_way.pop().continue_()
        if not duration:
            expect(prize).to_have_value("A tin lamp")
        expect(say).to_have_value(f"meanwhile {duration}")
    expect(page.locator("#message-list > li").last).to_contain_text("A tin lamp")
    expect(page.locator("#command-form")).to_have_count(0)


def test_on_a_slow_line_what_is_on_its_way_is_no_draft_and_what_is_begun_meanwhile_stays(
    windows: Windows, tmp_path: Path
) -> None:
    (tmp_path / "wick.txt").write_text("a wick")
    page = windows.open()
    say = page.locator("#say")
    under_way = held(page, "**/page/messages")
    say.fill("one")
    with page.expect_request("**/page/messages"):
        say.press("Enter")
    page.keyboard.type(" and two")
    page.locator("#files").set_input_files(tmp_path / "wick.txt")
    under_way.pop().continue_()
    expect(say).to_have_value("and two")
    with page.expect_request("**/page/messages"):
        say.press("Enter")
    page.keyboard.type(" and three")
    go(page, "gatehouse", "#gatehouse as Ana")
    go(page, "giveaways", "#giveaways as Ana")
    expect(say).to_have_value("and three")
    say.fill("and three or four")
    under_way.pop().continue_()
    expect(page.locator("#message-list > li").last).to_contain_text(re.compile("and two.*wick.txt", re.DOTALL))
    expect(say).to_have_value("and three or four")
    with page.expect_request("**/page/messages"):
        say.press("Enter")
    page.reload()
    expect(page.get_by_role("button", name="Attach files")).to_be_visible()
    expect(say).to_have_value("")


def test_on_a_slow_line_the_last_place_that_was_chosen_is_where_one_arrives(windows: Windows) -> None:
    page = windows.open()
    under_way = held(page, "**/?channel=*")
    for name in ("gatehouse", "announcements"):
        with page.expect_request("**/?channel=*"):
            page.get_by_role("link", name=name).click()
    for route in under_way:
        route.continue_()
    expect(page).to_have_title(re.compile("#announcements as Ana"))
    expect(page.get_by_role("heading", level=1)).to_have_text("announcements")
