"""A channel of ten thousand messages in a real browser: it scrolls from end to end in a window that stays small."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from guildwright.playground import effects, posting
from guildwright.playground.bodies.message import read_new
from guildwright.playground.playground import Options, Playground
from tests.browser.chromium import PATIENCE_MS, PHONE, Windows, axe_violations, screenshot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser

COUNT = 10_000
MOST = 200
_IDS = "[...document.querySelectorAll('#message-list > .message')].map((one) => one.id.slice(2))"
# The most messages there were in any frame, for as long as one scrolls.
_WATCH = """() => {
  window.most = 0;
  const look = () => {
    window.most = Math.max(window.most, document.querySelectorAll("#message-list > .message").length);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
# The live stream tells nothing while `window.held` is a list, and all of it afterwards.
_HOLD = """{
  const listen = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function (type, act) {
    listen.call(this, type, (event) => (window.held ? window.held.push(() => act(event)) : act(event)));
  };
  window.letGo = () => { const all = window.held; window.held = null; for (const act of all) act(); };
}"""
# The live stream can be cut: `stream` is it.
_CUT = """{
  const Real = EventSource;
  window.EventSource = class extends Real { constructor(...all) { super(...all); window.stream = this; } };
  window.cut = () => { stream.close(); stream.dispatchEvent(new Event("error")); };
}"""
_GO_TO = "async (id) => { const history = await import('/assets/history.js'); await history.goTo(id); }"


def fill(data: Path, count: int) -> list[int]:
    """As if members had talked for a year, with some longer words in between; the messages' ids."""
    ids: list[int] = []
    data.mkdir(parents=True)
    play = Playground(Options(file=data / "playground.sqlite3"))
    place = next(channel for channel in play.memory.channels.values() if channel.name == "gatehouse")
    people = [user.id for user in play.memory.users.values() if not user.bot]
    with play.store.change() as change:
        for number in range(count):
            words = f"word {number}" + "\nand what else there is to say about it" * (number % 7 == 0)
            author = people[number // 3 % len(people)]
            message = posting.compose(play, place, author, read_new({"content": words}))
            effects.message_created(play, change, message)
            ids.append(message.id)
    play.close()
    return ids


class Hall(PlaygroundAlone):
    """The Oak Hall with a gatehouse full of words; `everything` is their ids."""

    def __init__(self, data: Path) -> None:
        self.everything = fill(data, COUNT)
        super().__init__(data)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    hall = Hall(tmp_path_factory.mktemp("long") / "playground")
    hall.start()
    yield hall
    hall.kill()


@pytest.fixture
def window(browser: Browser, hall: Hall) -> Iterator[Windows]:
    windows = Windows(browser, hall.facts["page"])
    yield windows
    windows.close()
    assert windows.faults == []


def gatehouse(hall: Hall) -> str:
    return f"?channel={hall.facts['channels']['gatehouse']}"


def jump(page: Page) -> None:
    page.get_by_role("button", name="Jump to newest").click()
    expect(page.locator("#say")).to_be_focused()


def ids(page: Page) -> list[int]:
    return [int(one) for one in page.evaluate(_IDS)]


def scroll(page: Page, by: int) -> None:
    page.mouse.wheel(0, by)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator("#messages")).not_to_have_attribute("aria-busy", "true")  # the next page has come


def test_from_the_newest_to_the_first_word_and_back_in_a_small_window(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall))
    everything = hall.everything
    expect(page.get_by_text(f"word {COUNT - 1}", exact=True)).to_be_in_viewport()
    assert len(ids(page)) == 50

    page.locator("#messages").hover()
    page.evaluate(_WATCH)
    seen: set[int] = set(ids(page))
    for _ in range(400):
        scroll(page, -1500)
        shown = ids(page)
        start = everything.index(shown[0])
        assert shown == everything[start : start + len(shown)], "the window is a stretch of the channel without a gap"
        seen.update(shown)
        if len(seen) > 1500:
            break
    assert page.evaluate("window.most") <= MOST
    assert len(seen) > 1500
    screenshot(page, "history-wide-scrolled")
    assert axe_violations(page) == []

    button = page.get_by_role("button", name="Jump to newest")
    hall.write("bo", "gatehouse", "while one reads")
    expect(button).to_have_text("Jump to newest, 1 new")
    expect(page.get_by_text("while one reads")).to_have_count(0)
    button.click()
    expect(page.get_by_text("while one reads")).to_be_in_viewport()
    expect(button).to_be_hidden()
    expect(page.locator("#say")).to_be_focused()


def test_what_one_reads_stays_in_its_place_when_older_messages_come(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall))
    first = ids(page)[0]
    page.locator("#messages").evaluate("(list) => { list.scrollTop = 300; }")
    before = page.locator(f"#m-{first}").evaluate("(one) => one.getBoundingClientRect().top")
    expect(page.locator("#message-list > li")).to_have_count(100)
    assert page.locator(f"#m-{first}").evaluate("(one) => one.getBoundingClientRect().top") == pytest.approx(
        before, abs=2
    )


def test_the_first_message_says_where_the_channel_begins(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall))
    expect(page.get_by_text("This is where #gatehouse begins.")).to_be_hidden()
    page.evaluate(_GO_TO, str(hall.everything[2]))
    expect(page.get_by_text("word 2", exact=True)).to_be_in_viewport()
    page.locator("#messages").evaluate("(list) => list.scrollTo(0, 0)")
    expect(page.get_by_text("This is where #gatehouse begins.")).to_be_visible()
    screenshot(page, "history-wide-beginning")
    page.locator("#messages").hover()
    for _ in range(30):
        scroll(page, 4000)
    assert len(ids(page)) <= MOST
    assert ids(page)[-1] > hall.everything[250]


def test_by_keyboard_one_walks_past_the_end_of_a_page(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall), size=PHONE)
    since = [one for one in ids(page) if one not in hall.everything]
    under_way: list[Route] = []

    def hold(route: Route) -> None:
        under_way.append(route)

    page.route("**/page/history?*", hold, times=1)
    page.locator("#messages").focus()
    for _ in range(120):  # more than the next page has
        page.keyboard.press("ArrowUp")
    under_way.pop().continue_()
    expect(page.locator(":focus")).to_have_id(f"m-{hall.everything[len(since) - 120]}")
    screenshot(page, "history-phone")
    assert axe_violations(page) == []


def test_a_flood_leaves_the_window_small_and_at_the_newest(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall))
    page.evaluate(_WATCH)
    traffic = {"scenario": "messages", "rate": 0, "events": 3000, "guild_ids": [hall.facts["guild_id"]]}
    assert hall.http.post(f"{hall.facts['control']}/traffic-generator", json=traffic).is_success
    running = True
    while running:
        page.wait_for_timeout(100)
        running = hall.http.get(f"{hall.facts['control']}/traffic-generator").json()["running"]
    hall.write("bo", "gatehouse", "after the flood")
    expect(page.get_by_text("after the flood")).to_be_in_viewport(timeout=6 * PATIENCE_MS)  # behind 3,000 events
    assert page.evaluate("window.most") <= MOST + 60
    assert len(ids(page)) <= MOST
    shown = ids(page)
    assert shown == sorted(shown)


def test_what_the_stream_tells_after_a_page_has_brought_it_stands_there_once(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall), before=_HOLD)
    page.evaluate(_GO_TO, str(hall.everything[5000]))
    page.evaluate("window.held = []")
    hall.write("bo", "gatehouse", "told late")
    for number in range(60):
        hall.write("bo", "gatehouse", f"newer {number}")
    jump(page)
    expect(page.get_by_text("newer 59")).to_be_in_viewport()
    page.wait_for_function("window.held.length >= 61")
    page.evaluate("window.letGo()")
    shown = ids(page)
    assert shown == sorted(set(shown))
    expect(page.get_by_text("newer 59")).to_be_in_viewport()
    expect(page.get_by_text("told late")).to_have_count(0)


def test_what_is_written_while_the_last_page_is_under_way_is_not_lost(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall))
    page.evaluate(_GO_TO, str(hall.everything[5000]))

    def late(route: Route) -> None:
        answer = route.fetch()
        before = page.locator("#newest-words").text_content()
        hall.write("bo", "gatehouse", "in between")
        expect(page.locator("#newest-words")).not_to_have_text(before or "")
        route.fulfill(response=answer)

    page.route("**/page/history?*", late, times=1)
    jump(page)
    expect(page.locator("#message-list")).to_have_attribute("data-newer", "")
    jump(page)
    expect(page.get_by_text("in between")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Jump to newest")).to_be_hidden()


def test_who_reads_further_up_has_a_small_window_however_much_is_written(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall), size=PHONE)
    page.locator("#messages").focus()
    for _ in range(170):
        page.keyboard.press("ArrowUp")
    reading = page.locator(":focus")
    expect(page.locator("#message-list > li")).to_have_count(MOST)
    expect(page.get_by_role("button", name="Jump to newest")).to_be_visible()
    expect(page.locator("#message-list")).not_to_have_attribute("data-newer", "")
    place = reading.evaluate("(one) => one.id")
    hall.write("bo", "gatehouse", "one too many")
    expect(page.get_by_role("button", name="Jump to newest")).to_have_text("Jump to newest, 1 new")
    assert len(ids(page)) == MOST
    expect(page.locator(":focus")).to_have_id(place)
    jump(page)
    expect(page.get_by_text("one too many")).to_be_in_viewport()


def test_when_the_stream_comes_back_what_one_reads_stays_in_its_place(window: Windows, hall: Hall) -> None:
    def behind(route: Route, words: str) -> None:
        hall.write("bo", "gatehouse", words)
        route.continue_()

    def flood(route: Route) -> None:
        for number in range(60):
            hall.write("bo", "gatehouse", f"behind it too {number}")
        route.continue_()

    page = window.open(gatehouse(hall), before=_CUT)
    read = page.locator(f"#m-{ids(page)[20]}")
    read.evaluate("(one) => { one.dataset.before = ''; one.scrollIntoView(); }")
    expect(page.get_by_role("button", name="Jump to newest")).to_be_visible()
    top = read.evaluate("(one) => one.getBoundingClientRect().top")
    newest = page.get_by_role("button", name="Jump to newest")
    page.route("**/page/live?*", lambda route: behind(route, "behind ones back"), times=1)
    page.route("**/page/history?*", lambda route: route.fulfill(status=422), times=1)  # it does not come
    page.evaluate("cut()")
    expect(newest).to_have_text("Jump to newest, 1 new")
    expect(page.locator("#message-list")).to_have_attribute("data-newer", "")
    page.route("**/page/live?*", lambda route: behind(route, "and once more"), times=1)
    page.evaluate("cut()")
    expect(newest).to_have_text("Jump to newest, 2 new")
    expect(read).not_to_have_attribute("data-before", "")
    assert read.evaluate("(one) => one.getBoundingClientRect().top") == pytest.approx(top, abs=2)
    jump(page)
    expect(page.get_by_text("behind ones back")).to_be_in_viewport()

    page.reload()
    page.locator("html[data-live=on]").wait_for(state="attached")
    page.evaluate(_GO_TO, str(hall.everything[5000]))
    page.route("**/page/live?*", flood, times=1)
    page.evaluate("cut()")
    expect(newest).to_have_text("Jump to newest, 50+ new")
    window.faults[:] = [fault for fault in window.faults if "[object Event]" not in fault]  # htmx notes the cut


def test_a_reply_leads_to_what_it_answers_however_far_that_is(window: Windows, hall: Hall) -> None:
    page = window.open(gatehouse(hall))
    first = hall.everything[5]
    url = f"{hall.facts['control']}/channels/{hall.facts['channels']['gatehouse']}/messages"
    body = {"user_id": hall.members()["bo"], "content": "as was said", "reply_to": str(first)}
    assert hall.http.post(url, json=body).is_success
    page.get_by_text("as was said").click(button="right")
    page.get_by_role("menuitem", name="Go to what it answers").click()
    expect(page.locator(f"#m-{first}")).to_be_focused()
    expect(page.locator(f"#m-{first}")).to_be_in_viewport()
    page.get_by_role("button", name="Jump to newest").click()
    page.locator("#message-list > li", has_text="as was said").locator(".message-above").click()
    expect(page.locator(f"#m-{first}")).to_be_focused()
