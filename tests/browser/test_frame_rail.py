"""The rail of servers in a real browser: a server is made, filled and found, by pointer and by key, at any width."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.chromium import PHONE, WIDE, Windows, axe_violations, screenshot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def rail(page: Page):  # noqa: ANN201 - a Locator
    return page.get_by_role("navigation", name="Servers")


def make(page: Page, name: str, members: str) -> None:
    rail(page).get_by_role("button", name="New server").click()
    dialog = page.get_by_role("dialog", name="New server")
    expect(dialog.get_by_label("Name")).to_be_focused()
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Members").fill(members)
    dialog.get_by_role("button", name="Make it").click()


def test_a_new_server_with_members_is_made_and_opened_and_other_windows_see_it(windows: Windows) -> None:
    other = windows.open()
    page = windows.open()
    make(page, "", "12")
    dialog = page.get_by_role("dialog", name="New server")
    expect(dialog.get_by_label("Name")).to_have_accessible_description(re.compile("This is needed."))
    dialog.get_by_label("Name").fill("Rope Works")
    dialog.get_by_label("Members").fill("0")
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog.get_by_label("Members")).to_have_accessible_description(re.compile("0 is not between 1 and"))
    dialog.get_by_label("Members").fill("12")
    dialog.get_by_role("button", name="Make it").click()
    expect(dialog).to_have_count(0)
    expect(rail(page).get_by_role("link", name="Rope Works")).to_have_attribute("aria-current", "true")
    expect(page.locator(".top")).to_contain_text("Rope Works")
    expect(rail(other).get_by_role("link", name="Rope Works")).to_be_visible()
    screenshot(page, "rail-wide-light")
    assert axe_violations(page) == []
    rail(page).get_by_role("link", name="The Oak Hall").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("giveaways")


def test_a_server_is_found_by_name_among_very_many(windows: Windows, playground: PlaygroundAlone) -> None:
    page = windows.open()
    answer = httpx.post(f"{playground.facts['control']}/seed", json={"guilds": 60, "members": 2}, timeout=30)
    assert answer.is_success, answer.text
    every = rail(page).get_by_role("button", name=re.compile(r"All \d+ servers"))
    every.click()
    dialog = page.get_by_role("dialog", name=re.compile("All"))
    expect(dialog.get_by_text(re.compile(r"\d+ more: type some of the name"))).to_be_visible()
    screenshot(page, "rail-all-servers")
    assert axe_violations(page) == []
    dialog.get_by_label("Find a server").fill("oak hall")
    expect(dialog.get_by_role("listitem")).to_have_count(1)
    dialog.get_by_role("link", name="The Oak Hall").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("giveaways")
    assert rail(page).get_by_role("link").count() == 20


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_axe_finds_nothing_in_the_rail_and_its_dialog(windows: Windows, size: tuple[int, int], dark: bool) -> None:
    page = windows.open(size=size, dark=dark)
    name = f"rail-{'phone' if size == PHONE else 'wide'}-{'dark' if dark else 'light'}"
    if size == PHONE:
        page.get_by_role("button", name="Channels and members").click()
    screenshot(page, f"{name}-places")
    assert axe_violations(page) == []
    rail(page).get_by_role("button", name="New server").click()
    expect(page.get_by_role("dialog", name="New server")).to_be_visible()
    screenshot(page, f"{name}-new")
    assert axe_violations(page) == []


def test_from_right_to_left_the_frame_is_its_own_mirror_image(windows: Windows) -> None:
    page = windows.open(size=WIDE)
    page.evaluate("document.documentElement.dir = 'rtl'")
    screenshot(page, "frame-rtl")
    boxes = page.evaluate(
        """() => ["#rail", "main.talk", "#side"].map((one) => {
          const { left, right } = document.querySelector(one).getBoundingClientRect();
          return [Math.round(left), Math.round(right)];
        })"""
    )
    rail_box, talk, side = boxes
    assert side[0] == 0
    assert side[1] <= talk[0] + 1
    assert talk[1] <= rail_box[0] + 1
    assert rail_box[1] == WIDE[0]
    assert page.evaluate("document.documentElement.scrollWidth") == WIDE[0]
    assert axe_violations(page) == []


def test_every_part_of_the_page_is_reached_and_left_by_tab_alone(windows: Windows) -> None:
    page = windows.open()
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.closest('[id]')?.id ?? ''"))
        if seen[-1] == "" and len(seen) > 5:
            break
    parts = page.evaluate(
        """(ids) => ids.map((id) => document.getElementById(id)?.closest(
          ".skip, .top, #rail, #channels, #members, .talk, #side")?.id || "top")""",
        [one for one in seen if one],
    )
    order = list(dict.fromkeys(part for part in parts if part in {"rail", "channels", "members", "side"}))
    assert order == ["rail", "channels", "members", "side"]
    assert {"messages", "say", "theme"} <= set(seen)
