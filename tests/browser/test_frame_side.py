"""The side panel in a real browser: a message is chosen by mouse, key or finger, and its story follows live."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE, WIDE, Windows, axe_violations, screenshot
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="What the bot did")


def giveaway(page: Page, bot: PlainBot, playground: PlaygroundAlone, prize: str) -> Locator:
    bot.entries = 0
    bot.say(playground.facts["channels"]["giveaways"], **bot.giveaway(prize))
    message = page.locator("#message-list > li", has_text=prize).last
    expect(message).to_be_visible()
    return message


def test_a_chosen_message_has_its_own_story_which_goes_on_live(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    page = windows.open()
    message = giveaway(page, bot, playground, "a walnut box")
    message.locator(".message-head").click()
    expect(message).to_have_attribute("aria-current", "true")
    expect(panel(page)).to_contain_text("For Guildwright’s message at")  # noqa: RUF001 - as it is written
    expect(panel(page).get_by_role("heading", level=3)).to_have_text(re.compile("About this message"))
    expect(panel(page)).to_contain_text("1 embed, 5 buttons")

    message.get_by_role("button", name="Enter 0").click()
    expect(panel(page).get_by_role("heading", level=3).last).to_contain_text("Ana: Enter 0")
    expect(panel(page)).to_contain_text("Message changed in reply")
    expect(message).to_have_attribute("aria-current", "true")
    playground.write("bo", "giveaways", "something else")
    expect(page.get_by_text("something else")).to_be_visible()
    expect(panel(page)).not_to_contain_text("something else")

    panel(page).get_by_role("button", name="Show everything").click()
    expect(message).not_to_have_attribute("aria-current", "true")
    expect(panel(page).get_by_role("heading", level=3).first).to_contain_text("Ana: Enter 0")


def test_a_step_opens_to_what_crossed_the_wire_and_stays_open(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    page = windows.open()
    message = giveaway(page, bot, playground, "a copper kettle")
    message.locator(".message-head").click()
    expect(panel(page).get_by_role("button", name="Show everything")).to_be_visible()
    sent = panel(page).locator(".step", has_text="Message sent")
    sent.locator("summary").click()
    expect(sent).to_contain_text(re.compile(r"POST /api/v10/channels/\d+/messages"))
    expect(sent.get_by_role("region", name="Request")).to_contain_text("a copper kettle")
    expect(sent.get_by_role("region", name=re.compile(r"Response 200, after [\d.]+ ms"))).to_contain_text('"id"')
    screenshot(page, "side-wide-light-open")
    assert axe_violations(page) == []
    message.get_by_role("button", name="Enter 0").click()
    expect(panel(page).get_by_role("heading", level=3).last).to_contain_text("Ana: Enter 0")
    expect(sent.get_by_role("region", name="Request")).to_be_visible()


def test_the_messages_are_walked_by_keyboard_and_enter_tells_a_ones_story(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    page = windows.open()
    for number in range(3):
        playground.write("bo", "giveaways", f"word {number}")
    message = giveaway(page, bot, playground, "a tin whistle")
    page.locator("#messages").focus()
    page.keyboard.press("ArrowUp")
    expect(message).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#message-list > li", has_text="word 2").last).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(panel(page)).to_contain_text("1 embed, 5 buttons")
    page.keyboard.press("Escape")
    expect(page.locator("#say")).to_be_focused()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_in_the_panel(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone, size: tuple[int, int], dark: bool
) -> None:
    page = windows.open(size=size, dark=dark)
    message = giveaway(page, bot, playground, "an oak stool")
    message.get_by_role("button", name="Enter 0").click()
    expect(message.get_by_role("button", name="Enter 1")).to_be_visible()
    message.hover()
    message.locator("[data-story]").click()
    expect(panel(page)).to_be_visible()
    expect(panel(page)).to_contain_text("Message changed in reply")
    panel(page).locator("summary").last.click()
    expect(panel(page).get_by_role("region").last).to_be_visible()
    screenshot(page, f"side-{'phone' if size == PHONE else 'wide'}-{'dark' if dark else 'light'}")
    assert axe_violations(page) == []
