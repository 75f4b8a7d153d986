"""Where one talks: threads, voice, the bot's private channel; and what one brings: files."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.chromium import PHONE, Windows, axe_violations, screenshot
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser

# A picture of one pixel.
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f0004840280"
    "6e5a3c6b0000000049454e44ae426082"
)


def last_message(page: Page) -> Locator:
    return page.locator("#message-list > li").last


def speak(page: Page, words: str) -> None:
    page.locator("#say").fill(words)
    page.locator("#say").press("Enter")


def test_a_thread_is_started_from_a_message_listed_and_archived(windows: Windows, playground: PlaygroundAlone) -> None:
    playground.write("ana", "gatehouse", "who brings cake?")
    gatehouse = f"?channel={playground.facts['channels']['gatehouse']}"
    page, cy = windows.open(gatehouse), windows.open(f"{gatehouse}&as={playground.members()['cy']}")
    last_message(page).click(button="right")
    page.get_by_role("menuitem", name="Start a thread").click()
    page.get_by_label("Name").fill("Cake")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cake")
    speak(page, "I do")
    expect(page.locator("#message-list")).to_contain_text(re.compile("who brings cake.*I do", re.DOTALL))
    thread = cy.get_by_role("navigation", name="Channels").get_by_role("link", name="Cake")
    expect(thread).to_contain_text("new")
    cy.locator(".message-thread").get_by_role("link", name="Cake").click()
    expect(cy.get_by_text("I do")).to_be_visible()
    page.get_by_role("navigation", name="Channels").get_by_role("link", name="Cake").click(button="right")
    page.get_by_role("menuitem", name="Archive").click()
    expect(thread).to_contain_text("archived")


def test_a_forum_takes_posts(windows: Windows, playground: PlaygroundAlone) -> None:
    page = windows.open(f"?as={playground.members()['olive']}")
    page.get_by_role("button", name="Server menu").click()
    page.get_by_role("menuitem", name="Add a channel").click()
    page.get_by_label("Name").fill("ideas")
    page.get_by_label("Kind").select_option("Forum")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="ideas").click()
    page.get_by_role("button", name="New post").click()
    page.get_by_label("Name").fill("A longer table")
    page.get_by_label("First message").fill("For everybody")
    assert axe_violations(page) == []
    page.get_by_role("button", name="Post", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A longer table")
    expect(page.get_by_text("For everybody")).to_be_visible()
    page.get_by_role("link", name="ideas").click()
    post = page.get_by_role("list", name="Posts").get_by_role("link")
    expect(post).to_contain_text("by Olive, 0 answers")
    assert axe_violations(page) == []
    post.click()
    expect(page.get_by_text("For everybody")).to_be_visible()


def test_voice_is_joined_muted_and_left_before_everybodys_eyes(windows: Windows, playground: PlaygroundAlone) -> None:
    page, bo = windows.open(), windows.open(f"?as={playground.members()['bo']}")
    page.get_by_role("button", name="Join Hearth").click()
    own = page.get_by_role("group", name="Your voice in Hearth")
    there = bo.get_by_role("list", name="In Hearth")
    expect(there).to_contain_text("Ana")
    own.get_by_role("button", name="Mute").click()
    expect(there).to_contain_text("muted")
    expect(own.get_by_role("button", name="Mute")).to_have_attribute("aria-pressed", "true")
    own.get_by_role("button", name="Deafen").click()
    expect(there).to_contain_text("deafened")
    assert axe_violations(page) == []
    own.get_by_role("button", name="Leave voice").click()
    expect(there).to_have_count(0)


def test_the_bot_can_be_written_to_in_private(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open()
    page.get_by_role("navigation", name="Channels").get_by_role("button", name="Guildwright").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Guildwright")
    speak(page, "between us")
    expect(last_message(page)).to_contain_text("between us")
    page.reload()
    expect(page.get_by_text("between us")).to_be_visible()
    other = windows.open(page.url.partition("?")[2].join(["?", ""]).replace("as=", "was="))
    expect(other).to_have_title(re.compile("Guildwright as Ana"))


def test_whoever_types_is_seen_to(windows: Windows, playground: PlaygroundAlone) -> None:
    page, bo = windows.open(), windows.open(f"?as={playground.members()['bo']}")
    bo.locator("#say").press_sequentially("well")
    expect(page.get_by_text("Bo is typing…")).to_be_visible()
    bo.locator("#say").press("Enter")
    expect(page.get_by_text("Bo is typing…")).to_have_count(0)


def test_files_are_attached_shown_and_can_be_taken_off(windows: Windows, tmp_path: Path) -> None:
    picture, notes, wrong = tmp_path / "dot.png", tmp_path / "notes.txt", tmp_path / "wrong.txt"
    picture.write_bytes(_PNG)
    notes.write_text("remember the milk")
    wrong.write_text("not this one")
    page = windows.open()
    page.locator("#files").set_input_files([picture, notes, wrong])
    page.get_by_role("button", name="Take off wrong.txt").click()
    assert axe_violations(page) == []
    speak(page, "see these")
    expect(last_message(page)).to_contain_text("notes.txt")
    expect(last_message(page)).not_to_contain_text("wrong.txt")
    image = last_message(page).get_by_role("img", name="dot.png")
    expect(image).to_have_js_property("naturalWidth", 1)
    expect(page.get_by_role("list", name="Attached files").get_by_role("listitem")).to_have_count(0)


@pytest.mark.parametrize("size", [(1280, 900), PHONE])
def test_a_layout_of_components_is_drawn_and_works(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone, size: tuple[int, int]
) -> None:
    button = {"type": 2, "style": 2, "label": "Read", "custom_id": "read"}
    parts = [
        {"type": 10, "content": "## Rules"},
        {"type": 9, "components": [{"type": 10, "content": "Be kind"}], "accessory": button},
        {"type": 14},
        {"type": 12, "items": [{"media": {"url": "https://example.org/a.png"}, "description": "A far picture"}]},
        {"type": 1, "components": [{"type": 8, "custom_id": "where", "placeholder": "Where to post"}]},
    ]
    box = {"type": 17, "accent_color": 0x0C6A60, "components": parts}
    bot.say(playground.facts["channels"]["giveaways"], flags=1 << 15, components=[box])
    page = windows.open(size=size)
    drawn = page.locator("#message-list > li", has=page.get_by_text("Be kind")).last
    expect(drawn.get_by_role("link", name="A far picture")).to_be_visible()
    assert axe_violations(page) == []
    screenshot(page, f"layout-{size[0]}")
    drawn.get_by_role("combobox", name="Where to post").press_sequentially("gate")
    expect(drawn.locator(".chooser").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(last_message(page)).to_contain_text(playground.facts["channels"]["gatehouse"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert drawn.evaluate("(message) => message.scrollWidth <= message.clientWidth")
