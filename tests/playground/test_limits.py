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


async def test_a_window_starts_with_its_first_request_and_ends_for_all_at_once(
    limited: LocalDiscord, clock: FakeClock
) -> None:
    path = f"/channels/{limited.channel('gatehouse')}/messages"
    await limited.rest("POST", path, {"content": "x"})
    await clock.advance(4)
    late = [await limited.rest("POST", path, {"content": "x"}) for _ in range(4)]
    await clock.advance(1)
    again = [await limited.rest("POST", path, {"content": "x"}) for _ in range(5)]

    assert [answer.headers["x-ratelimit-reset-after"] for answer in late] == ["1.000"] * 4
    assert {answer.status_code for answer in [*late, *again]} == {200}


async def test_setting_and_taking_reactions_share_one_bucket_in_a_channel(
    limited: LocalDiscord, clock: FakeClock
) -> None:
    message = await limited.say("gatehouse", "x")
    path = f"/channels/{limited.channel('gatehouse')}/messages/{message['id']}/reactions"

    first = await limited.rest("PUT", f"{path}/👍/@me")
    other = await limited.rest("DELETE", f"{path}/👎/@me")
    await clock.advance(0.25)
    later = await limited.rest("DELETE", f"{path}/👍/@me")

    assert (first.status_code, other.status_code, later.status_code) == (204, 429, 204)
    assert (other.json()["retry_after"], other.headers["retry-after"]) == (0.25, "1")
    assert first.headers["x-ratelimit-bucket"] == other.headers["x-ratelimit-bucket"]


async def test_too_many_refusals_ban_the_address_until_the_window_is_over(
    limited: LocalDiscord, clock: FakeClock
) -> None:
    await limited.told("PATCH", "/limits", {"refused": 3, "refused_seconds": 60})
    wrong = {"authorization": "Bot wrong"}
    codes = [(await limited.http.get("/api/v10/users/@me", headers=wrong)).status_code for _ in range(3)]
    banned = [await limited.rest("GET", "/users/@me"), await limited.rest("GET", "/no/such/route")]
    shown = await limited.told("GET", "/limits")
    await clock.advance(60)
    later = await limited.rest("GET", "/users/@me")

    assert codes == [401, 401, 401]
    for answer in banned:
        assert (answer.status_code, answer.json()["retry_after"], "via" in answer.headers) == (429, 60.0, False)
        assert "blocked from accessing our API" in answer.json()["message"]
    assert shown["refusals"] == {"127.0.0.1": 3}
    assert (later.status_code, later.headers["via"]) == (200, "1.1 google")


async def test_forbidden_and_limited_requests_count_as_refused_and_others_do_not(limited: LocalDiscord) -> None:
    hidden = await limited.told("POST", f"/guilds/{limited.guild}/channels", {"name": "attic", "private": True})
    await limited.told("PATCH", "/limits", {"per_second": 2})

    codes = [
        (await limited.rest("GET", f"/channels/{hidden['id']}")).status_code,
        (await limited.rest("GET", "/users/7")).status_code,
        (await limited.rest("GET", "/users/@me")).status_code,
    ]

    assert codes == [403, 404, 429]
    assert (await limited.told("GET", "/limits"))["refusals"] == {"127.0.0.1": 2}


async def test_limits_can_be_switched_off_and_on_while_it_runs(limited: LocalDiscord) -> None:
    await limited.told("PATCH", "/limits", {"on": False})
    path = f"/channels/{limited.channel('gatehouse')}/messages"
    codes = {(await limited.rest("POST", path, {"content": "x"})).status_code for _ in range(8)}
    await limited.told("PATCH", "/limits", {"on": True})
    answer = await limited.rest("POST", path, {"content": "x"})

    assert codes == {200}
    assert answer.headers["x-ratelimit-remaining"] == "4"


@pytest.mark.parametrize(("field", "value"), [("per_second", 0), ("refused", 0), ("refused_seconds", 1e9)])
async def test_a_limit_that_cannot_be_is_refused_with_its_field(
    limited: LocalDiscord, field: str, value: float
) -> None:
    answer = await limited.control("PATCH", "/limits", {field: value})

    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field)
