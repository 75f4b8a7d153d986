"""A person talks: replies, reacts, edits and deletes, by mouse, by keyboard and with every right minded."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import Windows, axe_violations
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def say(page: Page) -> Locator:
    return page.get_by_role("combobox", name=re.compile("Write in #"))


def last_message(page: Page) -> Locator:
    return page.locator("#message-list > li").last


def menu(page: Page, of: Locator) -> Locator:
    of.click(button="right")
    return page.get_by_role("menu")


def test_a_reply_quotes_what_it_answers_and_can_be_called_off(windows: Windows, playground: PlaygroundAlone) -> None:
    playground.write("bo", "giveaways", "who has the key?")
    page = windows.open()
    last_message(page).hover()
    last_message(page).get_by_role("button", name="Reply").click()
    expect(page.get_by_text("Replying to Bo")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Replying to Bo")).to_be_hidden()
    menu(page, last_message(page)).get_by_role("menuitem", name="Reply").click()
    expect(say(page)).to_be_focused()
    page.keyboard.type("it is mine")
    page.keyboard.press("Enter")
    expect(last_message(page)).to_contain_text(re.compile("Bo.*who has the key.*Ana.*it is mine", re.DOTALL))
    expect(page.get_by_text("Replying to Bo")).to_be_hidden()


def test_arrow_up_edits_ones_last_message_and_others_see_the_mark(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    page, bo = windows.open(), windows.open(f"?as={playground.members()['bo']}")
    say(page).fill("tomorow at noon")
    say(page).press("Enter")
    expect(last_message(page)).to_contain_text("tomorow")
    expect(say(page)).to_have_value("")  # others may see it before its answer is here
    say(page).press("ArrowUp")
    expect(page.get_by_text("Editing your message")).to_be_visible()
    expect(say(page)).to_have_value("tomorow at noon")
    say(page).fill("tomorrow at noon")
    say(page).press("Enter")
    expect(last_message(bo)).to_contain_text(re.compile("tomorrow at noon.*edited", re.DOTALL))
    expect(say(page)).to_have_value("")


def test_a_message_is_reached_by_arrows_and_its_menu_by_the_menu_key(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    playground.write("ana", "giveaways", "not what I meant")
    page = windows.open()
    page.locator("#messages").focus()
    page.keyboard.press("ArrowUp")
    expect(last_message(page)).to_be_focused()
    page.keyboard.press("Shift+F10")
    items = page.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(last_message(page)).to_be_focused()
    page.keyboard.press("Shift+F10")
    expect(items.first).to_be_focused()
    page.keyboard.press("d")
    expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Delete this message?")).to_contain_text("Ana: not what I meant")
    assert axe_violations(page) == []
    page.keyboard.press("Enter")
    expect(page.get_by_text("not what I meant")).to_have_count(0)


def test_a_reaction_is_found_by_its_name_set_and_taken_away(windows: Windows, playground: PlaygroundAlone) -> None:
    playground.write("bo", "giveaways", "we have won")
    page, bo = windows.open(), windows.open(f"?as={playground.members()['bo']}")
    last_message(page).hover()
    last_message(page).get_by_role("button", name="Add a reaction").click()
    expect(page.get_by_label("Search emoji")).to_be_focused()
    assert axe_violations(page) == []
    page.keyboard.type("party")
    page.keyboard.press("Enter")
    mine = last_message(page).get_by_role("button", name=re.compile("🎉 1 Ana"))
    expect(mine).to_have_attribute("aria-pressed", "true")
    theirs = last_message(bo).get_by_role("button", name=re.compile("🎉 1"))
    expect(theirs).to_have_attribute("aria-pressed", "false")
    theirs.click()
    expect(last_message(page).get_by_role("button", name="🎉 2 Ana and Bo")).to_be_visible()
    mine = last_message(page).get_by_role("button", name=re.compile("🎉"))
    mine.click()
    expect(last_message(page).get_by_role("button", name="🎉 1 Bo")).to_be_visible()


def test_those_in_a_row_stand_under_one_name(windows: Windows, playground: PlaygroundAlone) -> None:
    page = windows.open(f"?channel={playground.facts['channels']['gatehouse']}")
    for words in ("one thing", "another"):
        playground.write("cy", "gatehouse", words)
    expect(page.locator(".avatar", has_text="C").and_(page.locator("#message-list .avatar"))).to_have_count(1)
    page.reload()
    expect(page.locator("#message-list .avatar")).to_have_count(1)
    items = menu(page, page.get_by_text("one thing")).get_by_role("menuitem")
    expect(items.first).to_be_focused()
    expect(items.filter(has_text="Delete")).to_have_count(0)
    olive = windows.open(f"?channel={playground.facts['channels']['gatehouse']}&as={playground.members()['olive']}")
    menu(olive, olive.get_by_text("one thing")).get_by_role("menuitem", name="Delete").click()
    olive.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("one thing")).to_have_count(0)
    expect(page.locator("#message-list .avatar")).to_have_count(1)


def test_several_lines_are_written_with_shift_and_enter_or_pasted(windows: Windows) -> None:
    page = windows.open()
    say(page).press_sequentially("first")
    say(page).press("Shift+Enter")
    lines = page.get_by_role("textbox", name=re.compile("Write several lines"))
    expect(lines).to_be_focused()
    page.keyboard.type("- second")
    assert axe_violations(page) == []
    page.keyboard.press("Enter")
    expect(last_message(page).get_by_role("listitem")).to_have_text("second")
    expect(say(page)).to_be_focused()
    expect(say(page)).to_have_value("")
    say(page).press("ArrowUp")
    expect(lines).to_have_value("first\n- second")
    page.keyboard.press("Escape")
    expect(say(page)).to_have_value("")
