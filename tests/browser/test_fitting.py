"""In a low window and with long words all stays within reach: the document never scrolls, and nothing is cut off."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, Windows, screenshot
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser

LAPTOP = (1366, 650)
LONG = "W" * 32


def scrolled(page: Page) -> list[int]:
    """How far the document scrolls when something tries."""
    return page.evaluate(
        """() => {
          const all = [document.documentElement, document.body, document.getElementById("app")];
          for (const one of all) one.scrollTop = 999;
          document.getElementById("side-title").scrollIntoView();
          return all.map((one) => one.scrollTop);
        }"""
    )


@pytest.mark.parametrize("size", [LAPTOP, (1366, 500), PHONE], ids=["laptop", "lower", "phone"])
def test_a_forms_run_and_the_message_box_stay_in_a_low_window(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone, size: tuple[int, int]
) -> None:
    assert bot.application_id
    for number in range(6):
        playground.write("bo", "giveaways", f"line {number}")
    page = windows.open(size=size, tour=True)
    expect(page.get_by_role("heading", name="1. Run a command")).to_be_visible()
    assert scrolled(page) == [0, 0, 0]
    page.locator("#say").press_sequentially("/giveaway start")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Prize")).to_be_focused()
    page.get_by_role("button", name="Run").focus()
    for name in ("#run", "#say"):
        expect(page.locator(name)).to_be_in_viewport(ratio=1)
    assert page.locator("#messages").evaluate("(one) => one.clientHeight") >= min(90, size[1] * 0.14)
    assert scrolled(page) == [0, 0, 0]
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#command-form .wrong").first).to_be_visible()
    for name in ("#run", "#say"):
        expect(page.locator(name)).to_be_in_viewport(ratio=1)
    screenshot(page, f"low-{size[0]}x{size[1]}")
    assert scrolled(page) == [0, 0, 0]


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_a_long_name_stays_in_the_sidebar(windows: Windows, playground: PlaygroundAlone, size: tuple[int, int]) -> None:
    dee = playground.add_member(LONG)
    page = windows.open(size=size)
    if size == PHONE:
        page.get_by_role("button", name="Channels and members").click()
    row = page.locator(f"#member-{dee}")
    expect(row).to_be_visible()
    lists = page.locator(".lists")
    assert lists.evaluate("(one) => one.scrollWidth - one.clientWidth") == 0
    edge = row.evaluate("(one) => one.getBoundingClientRect().right")
    assert row.locator("bdi").evaluate("(one) => one.getBoundingClientRect().right") <= edge
    screenshot(page, f"long-name-{size[0]}")
    playground.remove_member(dee)


EMBED = {
    "author": {"name": "A" * 100, "url": "https://example.org/author"},
    "title": "T" * 120,
    "url": "https://example.org/title",
    "description": "A draw",
    "fields": [{"name": "F" * 90, "value": "one", "inline": True}, {"name": "Ends", "value": "soon", "inline": True}],
    "footer": {"text": "B" * 120},
    "image": {"url": "https://example.org/chest.png"},
}


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_an_embed_of_long_words_shows_all_of_them_its_links_and_where_its_picture_lies(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone, size: tuple[int, int]
) -> None:
    bot.say(playground.facts["channels"]["giveaways"], embeds=[EMBED])
    page = windows.open(size=size)
    embed = page.locator(".embed").last
    expect(embed.get_by_role("link", name="A" * 100)).to_have_attribute("href", "https://example.org/author")
    expect(embed.get_by_role("link", name="T" * 120)).to_have_attribute("href", "https://example.org/title")
    picture = embed.get_by_role("link", name="Picture of the embed")
    expect(picture).to_have_attribute("href", "https://example.org/chest.png")
    screenshot(page, f"long-embed-{size[0]}")
    assert (
        embed.evaluate(
            """(embed) => [...embed.querySelectorAll("*")]
          .filter((one) => one.getBoundingClientRect().right > embed.getBoundingClientRect().right)
          .map((one) => one.outerHTML.slice(0, 80))"""
        )
        == []
    )


def test_an_edit_of_a_continued_message_has_one_size_and_a_mention_stands_close_to_its_comma(
    windows: Windows, bot: PlainBot, playground: PlaygroundAlone
) -> None:
    channel = playground.facts["channels"]["giveaways"]
    bot.say(channel, content="first")
    second = bot.say(channel, content="second")
    bot.say(channel, content=f"<@{playground.members()['ana']}>, you won.")
    bot.edit(second, content="second, mended")
    page = windows.open()
    edited = page.locator(f"#m-{second['id']} .message-body > .when")
    size = "(one) => getComputedStyle(one).fontSize"
    assert edited.evaluate(size) == edited.locator("time").evaluate(size)
    mention = page.locator("#message-list > li").last.locator(".mention")
    assert mention.evaluate("(one) => parseFloat(getComputedStyle(one).paddingInlineEnd)") <= 2
    screenshot(page, "edited-and-mention")
