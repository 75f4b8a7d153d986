"""Who one is and what one may do to others: accounts that come, leave and return, moderation, the server's settings."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE, Windows, axe_violations
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def person(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Act as").get_by_role("link", name=name)


def pick(page: Page, what: Locator, item: str) -> None:
    what.click(button="right")
    page.get_by_role("menuitem", name=item, exact=True).click()


def test_a_new_account_joins_leaves_and_comes_back_as_one_that_rejoined(windows: Windows) -> None:
    page = windows.open()
    page.get_by_role("button", name="New account").click()
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_have_accessible_description(re.compile("1 to 32 characters"))
    page.keyboard.type("Dee")
    page.keyboard.press("Enter")
    expect(page).to_have_title(re.compile("as Dee"))
    expect(person(page, "Dee")).to_contain_text("New account")
    pick(page, person(page, "Dee"), "Leave the server")
    page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    expect(page).to_have_title(re.compile("as Ana"))
    expect(page.locator("html")).to_have_attribute("data-live", "on")  # loaded anew, its scripts too
    page.get_by_role("button", name="Rejoin as Dee").click()
    expect(page).to_have_title(re.compile("as Dee"))
    expect(person(page, "Dee")).to_contain_text("Rejoined")


def test_a_moderator_times_out_and_bans_by_menu_and_the_banned_cannot_return(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    playground.add_member("Eve")
    bo, eve = (windows.open(f"?as={playground.members()[name]}") for name in ("bo", "eve"))
    pick(bo, person(bo, "Eve"), "Time out")
    bo.get_by_role("dialog").get_by_label("Reason").fill("calm down")
    assert axe_violations(bo) == []
    bo.keyboard.press("Enter")
    expect(person(bo, "Eve")).to_contain_text("Timed out")
    eve.locator("#say").fill("but why")
    eve.locator("#say").press("Enter")
    expect(eve.get_by_text("Eve needs the permission Send messages in this channel.")).to_be_visible()
    pick(bo, person(bo, "Eve"), "Ban")
    bo.get_by_role("dialog").get_by_role("button", name="Ban").click()
    expect(person(bo, "Eve")).to_have_count(0)
    expect(eve).to_have_title(re.compile("as Ana"))
    bo.get_by_role("button", name="Rejoin as Eve").click()
    expect(bo.get_by_text("Who is banned cannot come back. Pardon them first.")).to_be_visible()


def test_whoever_may_not_moderate_is_not_offered_to(windows: Windows) -> None:
    page = windows.open()
    person(page, "Bo").click(button="right")
    expect(page.get_by_role("menuitem", name="Act as Bo")).to_be_visible()
    offered = page.get_by_role("menuitem").all_inner_texts()
    assert {"Time out", "Kick", "Ban", "Roles"}.isdisjoint(offered)


def test_the_bots_commands_for_members_and_messages_stand_in_their_menus(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    assert bot.application_id
    playground.write("bo", "giveaways", "buy my things")
    page = windows.open()
    pick(page, person(page, "Bo"), "Praise")
    expect(page.locator("#message-list > li").last).to_contain_text(f"Praise: {playground.members()['bo']}")
    spam = page.locator("#message-list > li", has_text="buy my things")
    pick(page, spam, "Report")
    number = (spam.get_attribute("id") or "").removeprefix("m-")
    expect(page.locator("#message-list > li").last).to_contain_text(f"Report: {number}")


def test_the_owner_adds_a_channel_and_a_role_and_gives_it(windows: Windows, playground: PlaygroundAlone) -> None:
    page = windows.open(f"?as={playground.members()['olive']}")
    page.get_by_role("button", name="Server menu").click()
    page.get_by_role("menuitem", name="Add a channel").click()
    page.get_by_label("Name").fill("Tool Shed")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("link", name="tool-shed")).to_be_visible()
    page.get_by_role("button", name="Server menu").click()
    page.get_by_role("menuitem", name="Roles").click()
    page.get_by_role("button", name="Add a role").click()
    page.get_by_label("Name").fill("Jester")
    page.get_by_label("Kick members").check()
    assert axe_violations(page) == []
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("dialog", name="Roles")).to_contain_text("Jester")
    page.keyboard.press("Escape")
    pick(page, person(page, "Cy"), "Roles")
    page.get_by_label("Jester").check()
    page.get_by_role("button", name="Save").click()
    expect(person(page, "Cy")).to_contain_text("Jester")


@pytest.mark.parametrize("dark", [False, True])
def test_menus_and_places_are_accessible_on_a_phone(windows: Windows, *, dark: bool) -> None:
    page = windows.open(size=PHONE, dark=dark)
    page.get_by_role("button", name="Channels and members").click()
    assert axe_violations(page) == []
    person(page, "Bo").click(button="right")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    assert axe_violations(page) == []


def test_a_search_among_the_members_goes_on_while_people_come(windows: Windows, playground: PlaygroundAlone) -> None:
    for number in range(12):
        playground.add_member(f"Guest {number}")
    page = windows.open()
    page.get_by_role("searchbox", name="Find one of").press_sequentially("guest 1")
    found = page.locator("#people li")
    expect(found).to_have_count(3)
    page.locator("#people").evaluate("(one) => { one.isWhereTheAnswerGoes = true; }")
    playground.add_member("Guest 100")
    expect(found).to_have_count(4)
    assert page.locator("#people").evaluate("(one) => one.isWhereTheAnswerGoes")
    page.keyboard.type("0")
    expect(found).to_have_count(2)
    expect(page.get_by_role("searchbox", name="Find one of")).to_have_value("guest 10")
