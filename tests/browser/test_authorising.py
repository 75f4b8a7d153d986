"""The authorise page in a real browser: a person is picked and sent to the application, which is another origin."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import PATIENCE_MS, PHONE, WIDE, axe_violations, screenshot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser

_LOOKS = [(WIDE, False), (PHONE, True)]
_REPORT = """document.addEventListener("securitypolicyviolation", (e) =>
  console.error(`Content-Security-Policy: ${e.violatedDirective} ${e.blockedURI}`));"""


@dataclass
class Client:
    """An application that sends people to the page: its address is the same machine by another name."""

    browser: Browser
    base: str
    back: str
    application: str
    faults: list[str] = field(default_factory=list)

    def link(self, scope: str) -> str:
        query = f"client_id={self.application}&response_type=code&scope={quote(scope)}&state=s1"
        return f"{self.base}/oauth2/authorize?{query}&redirect_uri={quote(self.back, safe='')}"

    def open(self, url: str, size: tuple[int, int] = WIDE, *, dark: bool = False) -> Page:
        viewport = {"width": size[0], "height": size[1]}
        context = self.browser.new_context(viewport=viewport, color_scheme="dark" if dark else "light")
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(_REPORT)
        page = context.new_page()
        page.on(
            "console", lambda said: self.faults.append(said.text) if "Content-Security-Policy" in said.text else None
        )
        page.goto(url)
        return page


@pytest.fixture
def client(browser: Browser, playground: PlaygroundAlone) -> Iterator[Client]:
    base = playground.facts["page"].rstrip("/")
    back = base.replace("127.0.0.1", "localhost") + "/control/"
    httpx.put(f"{base}/control/oauth2/redirects", json={"redirect_uris": [back]}).raise_for_status()
    client = Client(browser, base, back, playground.facts["application_id"])
    yield client
    assert client.faults == []


def test_a_person_is_picked_agrees_and_arrives_at_the_application(client: Client) -> None:
    page = client.open(client.link("identify guilds"))

    page.get_by_label("Name").fill("ana")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="Ana").click()
    expect(page.get_by_text("Signed in as Ana")).to_be_visible()
    page.get_by_role("button", name="Authorise").click()

    page.wait_for_url(lambda url: url.startswith(client.back))
    query = parse_qs(urlsplit(page.url).query)
    assert (query["state"], "code" in query) == (["s1"], True)


def test_by_keyboard_alone_a_person_declines(client: Client) -> None:
    page = client.open(client.link("identify"))

    page.get_by_role("link", name="Bo").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Authorise").wait_for()
    page.get_by_role("button", name="Authorise").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    page.wait_for_url(lambda url: "error=access_denied" in url)


@pytest.mark.parametrize(("size", "dark"), _LOOKS)
def test_every_look_of_the_page_is_accessible_and_fits(client: Client, size: tuple[int, int], *, dark: bool) -> None:
    page = client.open(client.link("bot identify"), size, dark=dark)
    links = {"people": page.url, "nobody": page.url + "&q=nobody-at-all", "wrong": client.link("identify") + "x"}
    page.get_by_role("link", name="Olive").click()
    links["consent"] = page.url
    page.get_by_role("button", name="Authorise").click()
    expect(page.get_by_role("alert")).to_have_text("Choose a server for the bot.")

    found = {"refused": axe_violations(page)}
    for name, url in links.items():
        page.goto(url)
        found[name] = axe_violations(page)
        screenshot(page, f"authorise-{name}-{size[0]}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], name

    assert {name: faults for name, faults in found.items() if faults} == {}
