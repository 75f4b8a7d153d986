"""A person acts as any member, in a real browser: by mouse and by keyboard, with every answer in its place."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import Windows
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def say(page: Page) -> Locator:
    return page.get_by_role("combobox", name=re.compile("Write in #"))


def last_message(page: Page) -> Locator:
    return page.locator("#message-list > li").last


def act_as(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Act as").get_by_role("link", name=name).click()
    expect(page).to_have_title(re.compile(f"as {name}"))


def test_the_first_command_runs_by_keyboard_alone(windows: Windows, bot: PlainBot) -> None:
    page = windows.open()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    page.keyboard.press("Enter")
    expect(say(page)).to_be_focused()

    page.keyboard.type("/gvs")
    options = page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(options).to_have_count(2)
    expect(options.first).to_contain_text("/giveaway start")
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")

    expect(page.get_by_role("textbox", name="Prize")).to_be_focused()
    page.keyboard.type("An oak chest")
    page.keyboard.press("Tab")
    page.keyboard.type("30s")
    page.keyboard.press("Enter")
    expect(last_message(page)).to_contain_text("Giveaway: An oak chest")
    expect(page.get_by_text("Only Ana sees this.")).to_be_visible()
    expect(say(page)).to_be_focused()
    expect(page.locator("#command-form")).to_have_count(0)
    assert bot.entries == 0


def test_the_arrows_move_through_the_commands_and_escape_closes_them(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open()
    say(page).press_sequentially("/")
    options = page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(options).to_have_count(7)
    say(page).press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    chosen = options.nth(1).get_attribute("id")
    expect(say(page)).to_have_attribute("aria-activedescendant", chosen or "")
    say(page).press("Escape")
    expect(page.get_by_role("listbox", name="Commands")).to_be_hidden()
    expect(say(page)).to_have_value("/")
    say(page).press_sequentially("zzz")
    expect(page.get_by_text("No command matches.")).to_be_visible()


def test_what_is_wrong_with_an_option_stands_beside_it_and_has_the_focus(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open()
    say(page).fill("/giveaway start")
    say(page).press("Enter")
    page.get_by_role("textbox", name="Winners").fill("60")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("textbox", name="Prize")).to_be_focused()
    expect(page.get_by_role("textbox", name="Prize")).to_have_accessible_description(re.compile("This is needed."))
    winners = page.get_by_role("textbox", name="Winners")
    expect(winners).to_have_accessible_description(re.compile("60 is above the limit of 20."))
    expect(winners).to_have_value("60")
    page.keyboard.press("Escape")
    expect(say(page)).to_be_focused()


def test_a_press_is_seen_in_every_window_without_a_reload(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    bot.entries = 0
    bot.say(playground.facts["channels"]["giveaways"], **bot.giveaway("an iron key"))
    ana, bo = windows.open(), windows.open()
    act_as(bo, "Bo")
    ana.evaluate("window.sameDocument = true")
    button = last_message(bo).get_by_role("button", name="Enter 0")
    button.click()
    expect(last_message(ana).get_by_role("button", name="Enter 1")).to_be_visible()
    expect(last_message(ana)).to_contain_text("edited")
    expect(last_message(bo).get_by_role("button", name="Enter 1")).to_be_focused()
    assert ana.evaluate("window.sameDocument") is True


def test_no_answer_is_said_beside_what_was_pressed(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    bot.say(playground.facts["channels"]["giveaways"], **bot.giveaway("a tin cup"))
    page = windows.open()
    last_message(page).get_by_role("button", name="Quiet").click()
    expect(last_message(page).get_by_role("alert")).to_have_text("The bot did not answer in 3 s.")
    say(page).fill("/silent")
    say(page).press("Enter")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#command-form").get_by_role("alert")).to_have_text("The bot did not answer in 3 s.")


def test_a_dialog_keeps_the_focus_says_what_is_wrong_and_gives_the_focus_back(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    bot.say(playground.facts["channels"]["giveaways"], **bot.giveaway("a clay pot"))
    page = windows.open()
    more = page.locator("#message-list > li", has_text="a clay pot").get_by_role("button", name="More")
    more.click()
    dialog = page.get_by_role("dialog", name="Start a giveaway")
    expect(dialog.get_by_label("Prize")).to_be_focused()
    expect(dialog.get_by_label("Prize")).to_have_value("A carved oak chest")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(more).to_be_focused()

    page.keyboard.press("Enter")
    dialog.get_by_label("Prize").fill("")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog.get_by_label("Prize")).to_have_accessible_description("This is needed.")
    expect(dialog.get_by_label("Prize")).to_be_focused()
    dialog.get_by_label("Prize").fill("A clay jug")
    dialog.get_by_role("button", name="Submit").click()
    expect(dialog).to_have_count(0)
    expect(last_message(page)).to_contain_text("A clay jug")
    expect(more).to_be_focused()


def test_the_bots_suggestions_can_be_chosen(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open()
    say(page).fill("/giveaway end")
    say(page).press("Enter")
    field = page.locator("#command-form").get_by_role("combobox", name="Giveaway")
    expect(page.get_by_role("option", name="Oak chest")).to_be_visible()
    field.press_sequentially("iron")
    expect(page.get_by_role("option", name="Oak chest")).to_have_count(0)
    expect(page.get_by_role("option", name="Iron key")).to_have_attribute("aria-selected", "true")
    field.press("Enter")
    expect(field).to_have_value("Iron key")
    field.press("Enter")
    expect(last_message(page)).to_contain_text("Ended 119.")


def test_selects_send_what_was_chosen(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open()
    say(page).fill("/choose")
    say(page).press("Enter")
    page.get_by_role("button", name="Run").click()
    asked = page.locator("#message-list > li", has=page.locator(".md", has_text="Which?")).last
    asked.get_by_label("Choose a colour").select_option("green")
    expect(last_message(page)).to_contain_text('Got ["green"]')
    roles = asked.get_by_role("combobox", name="Choose up to 3 roles")
    for role in ("Artisan", "Moderator"):
        roles.press_sequentially(role.lower()[:3])
        expect(asked.locator(".chooser").get_by_role("option")).to_have_count(1)
        roles.press("Enter")
        expect(asked.get_by_role("button", name=f"Remove @{role}")).to_be_visible()
    asked.get_by_role("button", name="Choose these").click()
    expect(last_message(page)).to_contain_text(re.compile(r'Got \["\d+", "\d+"\]'))


def test_a_promised_reply_is_thinking_until_it_comes(windows: Windows, bot: PlainBot) -> None:
    bot.think_on.clear()
    page = windows.open()
    say(page).fill("/think")
    say(page).press("Enter")
    page.get_by_role("button", name="Run").click()
    expect(last_message(page)).to_contain_text("is thinking…")
    bot.think_on.set()
    expect(last_message(page)).to_contain_text("Thought about it.")


def test_a_private_reply_is_seen_by_its_member_alone_until_dismissed(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    ana, bo = windows.open(), windows.open()
    act_as(bo, "Bo")
    say(ana).fill("/giveaway list")
    say(ana).press("Enter")
    ana.get_by_role("button", name="Run").click()
    reply = last_message(ana)
    expect(reply).to_contain_text("Only Ana sees this.")
    expect(reply).to_contain_text("used /giveaway list")
    say(bo).fill("public words")
    say(bo).press("Enter")
    expect(last_message(ana)).to_contain_text("public words")
    expect(bo.get_by_text("Only Ana sees this.")).to_have_count(0)
    before = ana.get_by_text("Only Ana sees this.").count()
    ana.get_by_role("button", name="Dismiss").last.click()
    expect(ana.get_by_text("Only Ana sees this.")).to_have_count(before - 1)


def test_what_the_bot_did_is_told_beside_the_conversation(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open()
    say(page).fill("/giveaway list")
    say(page).press("Enter")
    page.get_by_role("button", name="Run").click()
    panel = page.get_by_role("complementary", name="What the bot did")
    expect(panel.get_by_role("heading", level=3).first).to_contain_text("Ana: /giveaway list")
    expect(panel.get_by_role("listitem").first).to_contain_text(re.compile(r"answered in \d+ ms.*Reply", re.DOTALL))
