"""Rate limits as a bot meets them."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.clock import FakeClock
from tests.fakes.local_discord import LocalDiscord, local_discord


@pytest.fixture
async def limited(clock: FakeClock) -> AsyncIterator[LocalDiscord]:
    """A playground that limits, in a test's time."""
    async with local_discord(clock=clock, rate_limits=True) as served:
        yield served


async def test_the_sixth_message_in_five_seconds_waits(limited: LocalDiscord, clock: FakeClock) -> None:
    path = f"/channels/{limited.channel('gatehouse')}/messages"
    answers = [await limited.rest("POST", path, {"content": "x"}) for _ in range(6)]
    elsewhere = await limited.rest("POST", f"/channels/{limited.channel('giveaways')}/messages", {"content": "x"})

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    refused = answers[-1]
    assert refused.json()["retry_after"] == 5.0
    assert (refused.json()["global"], refused.headers["x-ratelimit-scope"]) == (False, "user")
    assert int(refused.headers["retry-after"]) >= 5
    assert elsewhere.is_success
    assert elsewhere.headers["x-ratelimit-bucket"] == answers[0].headers["x-ratelimit-bucket"]
    await clock.advance(5)
    later = await limited.rest("POST", path, {"content": "x"})
    assert later.is_success, later.text


async def test_the_whole_bot_has_fifty_requests_a_second(limited: LocalDiscord) -> None:
    path = f"/guilds/{limited.guild}"
    codes = [(await limited.rest("GET", path)).status_code for _ in range(50)]
    refused = await limited.rest("GET", "/users/@me")

    assert codes == [200] * 50
    assert (refused.status_code, refused.json()["global"]) == (429, True)
    assert refused.headers["x-ratelimit-global"] == "true"


async def test_interaction_callbacks_are_in_no_limit(limited: LocalDiscord) -> None:
    answers = [await limited.callback({"id": "1", "token": "x"}, 4) for _ in range(60)]

    assert {answer.status_code for answer in answers} == {404}
