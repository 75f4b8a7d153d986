"""What holds for the page whatever one does on it: it stays live, fits, is accessible, and lets nothing foreign in."""

import html
import re
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import PHONE, WIDE, Windows, axe_violations, screenshot
from tests.fakes.plain_bot import PlainBot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser

RICH = "\n".join(
    (
        "# A heading",
        "> a quote with ||a spoiler||",
        "- one\n- two",
        "```py\nprint('a very long line of code that does not fit on any phone, whatever one does about it')\n```",
        "https://example.org/a_very_long_address_that_does_not_fit_on_a_phone_either_" + "x" * 80,
    )
)


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="Channels and members").click()


@pytest.fixture
def full_channel(bot: PlainBot, playground: PlaygroundAlone) -> None:
    channel = playground.facts["channels"]["giveaways"]
    bot.entries = 42
    bot.say(channel, **bot.giveaway("a carved oak chest"))
    bot.say(channel, content=f"<@{playground.members()['ana']}> won.", allowed_mentions={"parse": ["users"]})
    playground.write("bo", "giveaways", RICH)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.usefixtures("full_channel")
def test_axe_finds_nothing_in_any_state(windows: Windows, size: tuple[int, int], dark: bool) -> None:
    page = windows.open(size=size, dark=dark, tour=True)
    name = f"page-{'phone' if size == PHONE else 'wide'}-{'dark' if dark else 'light'}"

    def look(state: str) -> None:
        screenshot(page, f"{name}-{state}")
        assert axe_violations(page) == [], state

    expect(page.get_by_role("heading", name="1. Run a command")).to_be_visible()
    look("tour")
    page.get_by_role("button", name="Close the tour").click()
    look("channel")
    page.locator("#say").press_sequentially("/g")
    expect(page.get_by_role("option").first).to_be_visible()
    look("picker")
    page.keyboard.press("Enter")
    expect(page.locator("#command-form")).to_be_visible()
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#command-form .wrong").first).to_be_visible()
    look("errors")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="More").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    look("dialog")
    page.keyboard.press("Escape")
    if size == PHONE:
        open_menu(page)
        expect(page.get_by_role("link", name="announcements")).to_be_visible()
        look("menu")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="What the bot did").click()
        look("side")
        page.keyboard.press("Escape")
        open_menu(page)
    page.get_by_role("link", name="announcements").click()
    expect(page.get_by_text("Nobody has written here yet.")).to_be_visible()
    look("empty")


@pytest.mark.parametrize("width", [320, 390, 768, 1000, 1280])
@pytest.mark.usefixtures("full_channel")
def test_nothing_is_wider_than_the_window(windows: Windows, width: int) -> None:
    page = windows.open(size=(width, 800))
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate("document.getElementById('messages').scrollWidth") <= width
    outside = page.evaluate(
        """(width) => [...document.querySelectorAll("#messages *, .top *, .composer *")]
          .filter((e) => e.checkVisibility() && !e.closest(".md-code, .unseen, .only-wide, .md-spoiler"))
          .filter((e) => e.getBoundingClientRect().right > width + 1).map((e) => e.outerHTML.slice(0, 120))""",
        width,
    )
    assert outside == []


@pytest.mark.usefixtures("full_channel")
def test_every_target_is_large_enough_for_a_finger(windows: Windows) -> None:
    page = windows.open(size=PHONE)
    small = page.evaluate(
        """[...document.querySelectorAll("button, select, input:not([type=hidden], [type=checkbox]), a.row, a.button")]
          .filter((e) => e.checkVisibility() && !e.matches(".link, .skip"))
          .filter((e) => Math.min(e.getBoundingClientRect().height, e.getBoundingClientRect().width) < 24)
          .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert small == []


def test_on_a_phone_the_menu_leads_to_another_member(windows: Windows) -> None:
    page = windows.open(size=PHONE)
    expect(page.get_by_role("link", name="Cy")).to_be_hidden()
    open_menu(page)
    page.get_by_role("link", name="Cy").click()
    expect(page).to_have_title(re.compile("as Cy"))
    expect(page.get_by_role("link", name="Cy")).to_be_hidden()


def test_the_theme_and_that_the_tour_is_closed_are_remembered(windows: Windows) -> None:
    page = windows.open(tour=True)
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Switch between light and dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert light != dark
    page.get_by_role("button", name="Close the tour").click()
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    expect(page.get_by_role("heading", name="Guided tour")).to_be_hidden()


def test_the_tour_leads_to_the_first_command(windows: Windows, bot: PlainBot) -> None:
    assert bot.application_id
    page = windows.open(tour=True)
    page.get_by_role("button", name="/giveaway start").click()
    expect(page.get_by_role("option", name="/giveaway start")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Prize")).to_be_focused()


def test_a_message_from_elsewhere_is_counted_at_its_channel(windows: Windows, playground: PlaygroundAlone) -> None:
    page = windows.open()
    playground.write("bo", "gatehouse", "the first word")
    playground.write("bo", "gatehouse", "the second word")
    link = page.get_by_role("link", name=re.compile("gatehouse"))
    expect(link).to_contain_text("2 new")
    link.click()
    expect(page.get_by_text("the second word")).to_be_visible()
    page.get_by_role("link", name=re.compile("giveaways")).click()
    expect(page.get_by_role("link", name="gatehouse", exact=True)).to_be_visible()


def test_when_the_member_one_acts_as_leaves_the_page_chooses_another(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    dee = playground.add_member("Dee")
    page = windows.open(f"?as={dee}")
    expect(page).to_have_title(re.compile("as Dee"))
    playground.remove_member(dee)
    expect(page).to_have_title(re.compile("as Ana"))
    expect(page.get_by_role("link", name="Dee")).to_have_count(0)


def test_the_back_button_leads_to_the_channel_before(windows: Windows) -> None:
    page = windows.open()
    page.get_by_role("link", name="gatehouse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("gatehouse")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("giveaways")
    expect(page).to_have_title(re.compile("#giveaways as Ana"))


def _scrolling(windows: Windows, playground: PlaygroundAlone, word: str) -> Page:
    """A window on a channel of more messages than fit: "line 0" to "line 59", with another word for "line"."""
    for number in range(60):
        playground.write("bo", "gatehouse", f"{word} {number}")
    return windows.open(f"?channel={playground.facts['channels']['gatehouse']}")


def test_the_list_follows_the_newest_message_unless_the_reader_scrolled_up(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    page = _scrolling(windows, playground, "line")
    playground.write("bo", "gatehouse", "the newest")
    expect(page.get_by_text("the newest")).to_be_in_viewport()
    page.locator("#messages").evaluate("(list) => list.scrollTo(0, 0)")
    expect(page.get_by_text("the newest")).not_to_be_in_viewport()
    playground.write("bo", "gatehouse", "even newer")
    expect(page.get_by_text("even newer")).to_have_count(1)
    expect(page.get_by_text("even newer")).not_to_be_in_viewport()


SCROLLED_AS_SOMETHING_CHANGES = """async (list) => {
    list.scrollTo(0, 0);
    document.getElementById("labels").append(document.createElement("i"));
    await new Promise((told) => requestAnimationFrame(() => requestAnimationFrame(told)));
}"""


def test_who_scrolls_up_in_the_frame_in_which_something_changes_is_not_dragged_back(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    """The browser tells of a scroll at the next frame; a change of the page is seen before it."""
    page = _scrolling(windows, playground, "row")
    expect(page.get_by_text("row 59")).to_be_in_viewport()
    page.locator("#messages").evaluate(SCROLLED_AS_SOMETHING_CHANGES)
    expect(page.get_by_text("row 59")).not_to_be_in_viewport()
    page.get_by_role("button", name="Jump to newest").click()
    playground.write("bo", "gatehouse", "after the last row")
    expect(page.get_by_text("after the last row")).to_be_in_viewport()


@pytest.mark.parametrize(
    "attack",
    [
        "<img src=x onerror=alert(1)><script>alert(1)</script>",
        "[x](javascript:alert(1)) <svg onload=alert(1)>",
        "```html\n</code><script>alert(1)</script>\n```",
    ],
)
def test_a_hostile_message_is_words_and_asks_for_nothing(
    windows: Windows, playground: PlaygroundAlone, attack: str
) -> None:
    """The windows fixture fails on any script error, policy report and foreign request."""
    page = windows.open()
    page.on("dialog", lambda dialog: windows.faults.append(dialog.message))
    playground.write("bo", "giveaways", attack)
    expect(page.locator("#message-list > li").last).to_contain_text("alert(1)")
    assert page.locator("#message-list script, #message-list img, #message-list [onload]").count() == 0


def test_a_page_that_comes_back_is_told_everything_though_all_is_as_when_it_was_loaded(
    playground: PlaygroundAlone,
) -> None:
    """Between loading and coming back it may have shown what is gone again since."""
    root = playground.facts["page"]
    found = re.search(r'sse-connect="/([^"]+)"', httpx.get(root).text)
    assert found
    address = root + html.unescape(found[1])
    assert first_line(address, {}) == ": still here"
    assert first_line(address, {"Last-Event-ID": "1"}) != ": still here"


def first_line(address: str, headers: dict[str, str]) -> str:
    """The first line of the stream that is not about itself."""
    with httpx.stream("GET", address, headers=headers) as answer:
        return next(line for line in answer.iter_lines() if not line.startswith(("id:", "retry:")))


def test_a_killed_playground_is_announced_and_what_was_missed_is_shown(browser: Browser, tmp_path: Path) -> None:
    mortal = PlaygroundAlone(tmp_path / "playground")
    mortal.start()
    windows = Windows(browser, mortal.facts["page"])
    try:
        page = windows.open()
        mortal.write("bo", "giveaways", "before")
        expect(page.get_by_text("before")).to_be_visible()
        mortal.kill()
        expect(page.get_by_role("status").filter(has_text="does not answer")).to_be_visible()
        page.locator("#say").fill("into the void")
        page.locator("#say").press("Enter")
        expect(page.get_by_text("That did not arrive")).to_be_visible()
        expect(page.locator("#say")).to_have_value("into the void")
        mortal.start()
        mortal.write("bo", "giveaways", "meanwhile")
        expect(page.get_by_text("meanwhile")).to_be_visible()
        expect(page.get_by_text("does not answer")).to_have_count(0)
        expect(page.get_by_text("before")).to_have_count(1)
    finally:
        windows.close()
        mortal.kill()
    # Refused connections are what this test is about, and are noted; a script must not have stumbled over them.
    assert [fault for fault in windows.faults if fault.startswith("script") or "Policy" in fault] == []
