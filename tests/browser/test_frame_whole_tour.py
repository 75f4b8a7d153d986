"""The whole tour as a newcomer takes it, with the real bot under `guildwright up`: nothing skipped, all of it true."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import Windows, axe_violations, screenshot
from tests.browser.test_story import SOON, Newcomer, edit, picture

pytestmark = pytest.mark.browser


@pytest.fixture
def newcomer(tmp_path: Path) -> Iterator[Newcomer]:
    newcomer = Newcomer(tmp_path)
    try:
        newcomer.wait_ready()
        yield newcomer
    finally:
        newcomer.stop()


def step(page: Page, title: str, said: str = "") -> None:
    tour = page.get_by_role("region", name="Guided tour")
    expect(tour.get_by_role("heading", level=3)).to_have_text(title, timeout=SOON)
    expect(tour).to_contain_text(said)


def start(page: Page, prize: str) -> None:
    page.get_by_role("region", name="Guided tour").get_by_role("button", name="/giveaway start").click()
    page.keyboard.press("Enter")
    page.get_by_role("textbox", name="Prize").fill(prize)
    page.get_by_role("textbox", name="Duration").fill("12s")
    page.keyboard.press("Enter")


def test_five_steps_lead_through_all_that_guildwright_is(browser: Browser, newcomer: Newcomer) -> None:
    windows = Windows(browser, newcomer.facts["page"])
    page = windows.open(tour=True)
    step(page, "1. Run a command")
    start(page, "a carved oak chest")
    step(page, "2. Win a giveaway", "Ana ran /giveaway start.")
    page.get_by_role("link", name="act as Cy").click()
    expect(page).to_have_title(re.compile("as Cy"))
    page.get_by_role("button", name="Enter").last.click()
    step(page, "3. Break a rule", "Cy won.")
    picture(page, "tour")
    start(page, "a crown of gold")
    step(page, "4. Edit the config", "Cy was refused, and nobody else was told.")
    expect(page.get_by_role("region", name="Guided tour")).to_contain_text(str(newcomer.document))
    edit(newcomer.document, {"claimTimeout: 5m": "claimTimeout: 5 minutes"})
    expect(page.get_by_role("region", name="Guided tour")).to_contain_text("What it said before stays in force.")
    screenshot(page, "tour-up-refused")
    assert axe_violations(page) == []
    edit(newcomer.document, {"claimTimeout: 5 minutes": "claimTimeout: 1m"})
    step(page, "5. Kill the bot", "Generation 2 of the document is in force.")
    before = newcomer.get("/processes")["pids"]["shard"]
    page.get_by_role("button", name="Kill the bot").click()
    step(page, "That was the tour", "Back after")
    assert newcomer.get("/processes")["pids"]["shard"] != before
    screenshot(page, "tour-up-end")
    assert axe_violations(page) == []
    assert windows.faults == []
    windows.close()
