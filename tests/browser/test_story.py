"""The whole story as a newcomer lives it: one command, a page, a giveaway from start to claim, an edited document.

Leaves its pictures in test-results/; with GUILDWRIGHT_SCREENSHOTS set (`uv run nox -s screenshots`) also there.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.chromium import PHONE, Windows, axe_violations, screenshot
from tests.contract.validate import validate_record
from tests.fakes.guildwright import UP, Running

pytestmark = pytest.mark.browser

# For what the bot does when time has come: the shortest giveaway and claim take ten seconds each.
SOON = 90_000


class Newcomer(Running):
    """`guildwright up` as the README has it, in an empty directory: its own data, its own first document."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.guilds = home / "guilds"
        self.record = home / "record"
        self.log = home / "up.log"
        env = {key: value for key, value in os.environ.items() if not key.startswith(("GUILDWRIGHT_", "DISCORD_"))}
        env["GUILDWRIGHT_PLAYGROUND_RECORD"] = str(self.record)
        with self.log.open("ab") as log:
            argv = [*UP, "--port", "0"]
            self.process = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=log, env=env, cwd=home, text=True)
        self.facts = {}

    @property
    def document(self) -> Path:
        """The demo guild's file, which `up` wrote for the newcomer to edit."""
        (file,) = self.guilds.glob("*.yaml")
        return file


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    newcomer = Newcomer(tmp_path)
    try:
        newcomer.wait_ready()
        yield newcomer
    finally:
        newcomer.stop()


README = {"playground", "dark", "phone", "tour"}


def picture(page: Page, name: str) -> None:
    """A picture of the story, for the README too if asked."""
    path = screenshot(page, f"story-{name}")
    folder = os.environ.get("GUILDWRIGHT_SCREENSHOTS")
    if folder and name in README:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, Path(folder) / f"{name}.png")


def act_as(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Act as").get_by_role("link", name=name).click()
    expect(page).to_have_title(re.compile(f"as {name},"))


def panel(page: Page, prize: str) -> Locator:
    """The giveaway's own message."""
    return page.locator("#message-list > li", has=page.locator(".embed-title", has_text=prize))


def announcement(page: Page, prize: str) -> Locator:
    """The message that names the winner, and none that only quotes it."""
    return page.locator("#message-list > li", has=page.locator(".md", has_text=f"you won {prize}"))


def start(page: Page, prize: str, duration: str) -> None:
    """As a member with a keyboard would."""
    page.get_by_role("combobox", name=re.compile("Write in")).fill("/giveaway start")
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Prize").fill(prize)
    page.get_by_role("textbox", name="Duration").fill(duration)
    if prize == CHEST:
        picture(page, "form")
    page.keyboard.press("Enter")
    expect(panel(page, prize)).to_be_visible()


CHEST = "A carved oak chest"
KEY = "An iron key"


def test_a_giveaway_is_started_entered_won_and_claimed_and_the_next_obeys_the_edited_document(
    browser: Browser, newcomer: Newcomer
) -> None:
    windows = Windows(browser, newcomer.facts["page"])
    page = windows.open(tour=True)
    expect(page.get_by_role("heading", name="1. Run a command")).to_be_visible()
    picture(page, "first-visit")
    page.get_by_role("button", name="Close the tour").click()

    act_as(page, "Bo")
    page.get_by_role("combobox", name=re.compile("Write in")).focus()
    page.keyboard.type("Is the oak chest draw still on? I missed the last one.")
    page.keyboard.press("Enter")
    act_as(page, "Ana")
    start(page, CHEST, "40s")
    ana = windows.open()
    bo_and_cy_enter(page, ana)
    picture(what_the_bot_did(page), "playground")
    picture(what_the_bot_did(windows.open(dark=True)), "dark")
    picture(windows.open(size=PHONE), "phone")

    the_winner_alone_claims(page, ana)
    picture(page, "claimed")
    assert axe_violations(page) == []

    edit(newcomer.document, {"claimTimeout: 5m": "claimTimeout: 10s", "rerollLimit: 1": "rerollLimit: 0"})
    the_next_giveaway_obeys(page)

    assert announcement(page, CHEST).count() == announcement(page, KEY).count() == 1
    assert windows.faults == []
    windows.close()
    newcomer.stop()
    assert validate_record(newcomer.record) == []


def what_the_bot_did(page: Page) -> Page:
    """The giveaway's own story beside it."""
    panel(page, CHEST).locator(".message-head").click()
    side = page.get_by_role("complementary", name="What the bot did")
    expect(side).to_contain_text("About this message")
    expect(side.get_by_role("heading", level=3).last).to_contain_text("Cy: Enter")
    page.mouse.move(0, 0)
    return page


def bo_and_cy_enter(page: Page, ana: Page) -> None:
    """Each is told privately; everybody sees the count move."""
    for name, told in (("Bo", "You are the only one so far"), ("Cy", "2 members are in")):
        act_as(page, name)
        panel(page, CHEST).get_by_role("button", name="Enter").click()
        expect(page.get_by_text(told)).to_be_visible()
    expect(panel(ana, CHEST)).to_contain_text("Entries: 2")
    expect(panel(page, CHEST)).to_contain_text("Entries: 2")
    expect(ana.get_by_text("2 members are in")).to_have_count(0)


def the_winner_alone_claims(page: Page, ana: Page) -> None:
    """The winner is pinged; the loser is refused; the claim is seen by all."""
    expect(announcement(ana, CHEST)).to_be_visible(timeout=SOON)
    expect(announcement(ana, CHEST)).to_contain_text("Claim it in 5 minutes")
    winner = announcement(ana, CHEST).locator(".mention").first.inner_text().removeprefix("@")
    act_as(page, {"Bo": "Cy", "Cy": "Bo"}[winner])
    expect(announcement(page, CHEST)).not_to_have_class(re.compile("is-ping"))
    announcement(page, CHEST).get_by_role("button", name="Claim").click()
    expect(page.get_by_text("Only the winners named in this message can claim.")).to_be_visible()
    act_as(page, winner)
    expect(announcement(page, CHEST)).to_have_class(re.compile("is-ping"))
    picture(page, "winner")
    announcement(page, CHEST).get_by_role("button", name="Claim").click()
    expect(page.get_by_text(f"{CHEST} is yours.")).to_be_visible()
    expect(announcement(ana, CHEST)).to_contain_text(f"@{winner} has claimed the prize.")
    expect(announcement(ana, CHEST).get_by_role("button", name="Claimed")).to_be_disabled()


def edit(document: Path, changes: dict[str, str]) -> None:
    """As a person does in an editor, while everything runs."""
    text = document.read_text()
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    document.write_text(text)


def the_next_giveaway_obeys(page: Page) -> None:
    """Ten seconds to claim, and nobody is drawn in a silent winner's place."""
    act_as(page, "Ana")
    start(page, KEY, "20s")
    act_as(page, "Bo")
    panel(page, KEY).get_by_role("button", name="Enter").click()
    expect(announcement(page, KEY)).to_contain_text(re.compile(r"Claim it in (\d|10) seconds"), timeout=SOON)
    picture(page, "edited")
    expect(announcement(page, KEY)).to_contain_text("@Bo did not claim in time.", timeout=SOON)
    expect(page.get_by_text(f"The giveaway for {KEY} is over: nobody claimed it in time.")).to_be_visible()
