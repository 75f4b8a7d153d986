"""What is renamed elsewhere has its new name wherever this page says it, with no reload and no lost draft."""

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.chromium import Windows, screenshot
from tests.fakes.playground_alone import PlaygroundAlone

pytestmark = pytest.mark.browser


def test_a_renamed_channel_topic_and_server_are_named_anew_everywhere(
    windows: Windows, playground: PlaygroundAlone
) -> None:
    page = windows.open()
    page.locator("#say").fill("half a word")
    control, channel = playground.facts["control"], playground.facts["channels"]["giveaways"]
    owner = playground.members()["olive"]
    guild = httpx.get(f"{control}/state").json()["guilds"][0]["id"]

    def edit(path: str, **changes: str) -> None:
        answer = httpx.patch(f"{control}/{path}", json={"user_id": owner, **changes})
        assert answer.is_success, answer.text

    edit(f"channels/{channel}", name="raffles", topic="Everybody wins")
    edit(f"guilds/{guild}", name="The Elm Hall")
    expect(page.get_by_role("heading", level=1)).to_have_text("raffles")
    expect(page.locator(".topic")).to_have_text("Everybody wins")
    expect(page.locator(".top")).to_contain_text("The Elm Hall")
    expect(page.get_by_role("navigation", name="Servers").get_by_role("link", name="The Elm Hall")).to_have_count(1)
    expect(page).to_have_title("#raffles as Ana, Guildwright playground")
    expect(page.get_by_label("Write in #raffles as Ana")).to_have_value("half a word")
    expect(page.get_by_role("log", name="Messages in #raffles")).to_be_visible()
    screenshot(page, "renamed")
