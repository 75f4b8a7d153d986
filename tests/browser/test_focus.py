"""Whatever goes from under the focus, the focus stays in the page, near where it was."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, Windows
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def focused(page: Page, selector: str) -> None:
    expect(page.locator(selector)).to_be_focused()


def test_joining_and_leaving_voice_keep_the_focus_in_the_list(windows: Windows) -> None:
    page = windows.open()
    page.get_by_role("button", name="Join Hearth").press("Enter")
    leave = page.get_by_role("button", name="Leave voice")
    expect(leave).to_be_visible()
    focused(page, "#channels :focus")
    leave.press("Enter")
    expect(leave).to_have_count(0)
    focused(page, "#channels :focus")


def test_rejoining_and_a_private_channel_keep_the_focus_in_their_lists(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    playground.remove_member(playground.add_member("Dee"))
    page = windows.open()
    rejoin = page.get_by_role("button", name="Rejoin as Dee")
    rejoin.press("Enter")
    expect(rejoin).to_have_count(0)
    focused(page, "#members :focus")
    page.locator("#open-private").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Guildwright")
    focused(page, "#channels [aria-current=page]")


def test_a_deleted_message_and_a_button_that_is_disabled_leave_the_focus_to_the_message(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    channel = playground.facts["channels"]["giveaways"]
    kept = bot.say(channel, **bot.giveaway("a chest"))
    gone = bot.say(channel, **bot.giveaway("a stool"))
    page = windows.open()
    page.locator(f"#m-{gone['id']} .components button").first.focus()
    bot.delete(gone)
    focused(page, f"#m-{kept['id']}")
    page.locator(f"#m-{kept['id']} .components button").first.focus()
    rows = bot.giveaway("a chest")["components"]
    for button in rows[0]["components"]:
        button["disabled"] = True
    bot.edit(kept, components=rows)
    focused(page, f"#m-{kept['id']}")


def test_acting_as_another_on_a_phone_gives_the_focus_to_what_opened_the_list(windows: Windows) -> None:
    page = windows.open(size=PHONE)
    page.get_by_role("button", name="Channels and members").press("Enter")
    page.get_by_role("link", name="Cy").press("Enter")
    expect(page.get_by_role("link", name="Cy")).to_be_hidden()
    expect(page.get_by_role("button", name="Channels and members")).to_be_focused()
