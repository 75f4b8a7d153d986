"""Every way in which a REST call can go wrong, and what is left of it on Discord."""

from collections.abc import AsyncIterator

import hikari
import pytest
from aiohttp import web

from guildwright.platform.discord.client import (
    DiscordClient,
    DiscordRefused,
    DiscordUnauthorized,
    DiscordUnavailable,
    application_id_of,
)
from guildwright.platform.discord.limits import HOLD
from guildwright.platform.jobs.outcomes import GiveUp, Unavailable
from guildwright.platform.settings import Settings
from tests.fakes.clock import ImpatientClock
from tests.fakes.discord_rest import TOKEN, FakeDiscord, fake_discord


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with fake_discord() as fake:
        yield fake


@pytest.fixture
def clock() -> ImpatientClock:
    return ImpatientClock()


@pytest.fixture
async def client(discord: FakeDiscord, clock: ImpatientClock) -> AsyncIterator[DiscordClient]:
    made = DiscordClient(Settings(discord_token=TOKEN, discord_api=discord.url), clock)
    await made.start()
    yield made
    await made.stop()


async def test_a_message_carries_its_nonce_and_has_it_enforced(client: DiscordClient, discord: FakeDiscord) -> None:
    await client.send_message(1, nonce="abc", content="hello")

    body = discord.seen[0][2]
    assert body["nonce"] == "abc"
    assert body["enforce_nonce"] is True


async def test_nobody_is_pinged_unless_said(client: DiscordClient, discord: FakeDiscord) -> None:
    await client.send_message(1, content="@everyone <@5>")
    await client.send_message(1, content="<@5>", user_mentions=[5])

    assert discord.seen[0][2]["allowed_mentions"] == {"parse": []}
    assert discord.seen[1][2]["allowed_mentions"] == {"parse": [], "users": ["5"]}


async def test_an_answer_lost_after_the_effect_leaves_one_message(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_lose_the_answer()
    discord.will_lose_the_answer()

    sent = await client.send_message(1, nonce="abc", content="hello")

    assert len(discord.seen) == 3
    assert [m["id"] for m in discord.messages] == [str(sent.id)]


async def test_a_create_without_a_nonce_is_never_sent_twice(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_lose_the_answer()

    with pytest.raises(DiscordUnavailable):
        await client.send_message(1, content="hello")

    assert len(discord.seen) == 1


async def test_a_lost_answer_to_every_try_is_left_to_the_job(client: DiscordClient, discord: FakeDiscord) -> None:
    for _ in range(3):
        discord.will_lose_the_answer()

    with pytest.raises(DiscordUnavailable) as caught:
        await client.send_message(1, nonce="abc", content="hello")

    assert isinstance(caught.value, Unavailable)
    assert len(discord.messages) == 1


async def test_a_server_error_is_tried_again(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_answer(502, {"message": "bad gateway"})

    await client.send_message(1, nonce="abc", content="hello")

    assert len(discord.messages) == 1


async def test_a_rate_limit_is_waited_out_when_it_is_short(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_answer(429, {"message": "slow", "retry_after": 0.05, "global": False})

    await client.send_message(1, nonce="abc", content="hello")

    assert len(discord.messages) == 1


async def test_a_long_rate_limit_goes_back_to_the_job_with_its_length(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.will_answer(429, {"message": "slow", "retry_after": 90.0, "global": False})

    with pytest.raises(DiscordUnavailable) as caught:
        await client.send_message(1, nonce="abc", content="hello")

    assert caught.value.retry_after == 90.0
    assert len(discord.seen) == 1


async def test_a_missing_permission_is_a_refusal_with_discords_code(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.will_answer(403, {"message": "Missing Permissions", "code": 50013})

    with pytest.raises(DiscordRefused) as caught:
        await client.add_role(1, 2, 3)

    assert (caught.value.code, caught.value.status, caught.value.message) == (50013, 403, "Missing Permissions")
    assert isinstance(caught.value, GiveUp)
    assert len(discord.seen) == 1


async def test_an_invalid_body_is_a_refusal(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_answer(400, {"message": "Invalid Form Body", "code": 50035, "errors": {"content": {}}})

    with pytest.raises(DiscordRefused) as caught:
        await client.send_message(1, nonce="abc", content="x")

    assert caught.value.code == 50035


async def test_after_a_refused_token_nothing_more_is_sent(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_answer(401, {"message": "401: Unauthorized", "code": 0})

    for _ in range(3):
        with pytest.raises(DiscordUnauthorized):
            await client.send_message(1, nonce="abc", content="x")

    assert len(discord.seen) == 1


async def test_what_is_gone_needs_no_deleting(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_answer(404, {"message": "Unknown Message", "code": 10008})

    assert await client.delete_message(1, 2) is False
    assert await client.delete_message(1, 3) is True


async def test_a_member_who_left_is_none(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.will_answer(404, {"message": "Unknown Member", "code": 10007})

    assert await client.fetch_member(1, 2) is None


async def test_who_we_are_is_not_asked_again_and_again_while_discord_is_down(
    client: DiscordClient, discord: FakeDiscord, clock: ImpatientClock
) -> None:
    for _ in range(3):
        discord.will_answer(503, "<html>")
    for _ in range(10):
        with pytest.raises(DiscordUnavailable):
            await client.me()
    assert len(discord.seen) == 3

    clock.elapsed += 3
    assert (await client.me()).username == "Guildwright"
    assert (await client.me()).username == "Guildwright"
    assert len(discord.seen) == 4


async def test_nobody_listening_means_unavailable(clock: ImpatientClock) -> None:
    client = DiscordClient(Settings(discord_token=TOKEN, discord_api="http://127.0.0.1:9"), clock)
    await client.start()
    with pytest.raises(DiscordUnavailable):
        await client.send_message(1, nonce="abc", content="x")
    await client.stop()


@pytest.mark.parametrize("status", [200, 503])
async def test_a_page_instead_of_json_means_unavailable(
    client: DiscordClient, discord: FakeDiscord, status: int
) -> None:
    for _ in range(3):
        discord.will_answer(status, "<html>")
    with pytest.raises(DiscordUnavailable):
        await client.send_message(1, nonce="abc", content="x")


async def test_json_that_is_cut_off_means_unavailable(client: DiscordClient, discord: FakeDiscord) -> None:
    async def half(_: web.Request) -> web.Response:
        return web.Response(text='{"id": "1', content_type="application/json")

    discord.next += [half] * 3
    with pytest.raises(DiscordUnavailable):
        await client.send_message(1, nonce="abc", content="x")


async def test_arguments_that_hikari_refuses_are_a_fault_of_ours_and_wait_for_nothing(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    file = hikari.Bytes(b"x", "x.txt")
    with pytest.raises(ValueError, match="attachment"):
        await client.call(
            "POST /channels/{}/messages",
            lambda: client.rest.create_message(1, "x", attachment=file, attachments=[file]),
            repeatable=True,
        )
    assert discord.seen == []


async def test_no_more_than_fifty_requests_leave_in_a_second(
    client: DiscordClient, discord: FakeDiscord, clock: ImpatientClock
) -> None:
    for _ in range(120):
        await client.call("GET /users/@me", client.rest.fetch_my_user, repeatable=True)

    assert len(discord.seen) == 120
    assert sum(clock.slept) == pytest.approx(2 * HOLD)


async def test_after_a_thousand_refusals_it_rests_before_discord_bans_the_address(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    for guild in range(1000):
        discord.will_answer(403, {"message": "Missing Access", "code": 50001})
        with pytest.raises(DiscordRefused):
            await client.add_role(guild, 2, 3)

    with pytest.raises(DiscordUnavailable) as caught:
        await client.add_role(1, 2, 3)

    assert len(discord.seen) == 1000
    assert caught.value.retry_after == pytest.approx(600, abs=25)


def test_a_token_names_its_application() -> None:
    assert application_id_of(TOKEN) == 123456789012345678


@pytest.mark.parametrize("token", ["hello", "!!!.x.y", "", "aGVsbG8.x.y"])
def test_what_is_no_token_is_said_to_be_none(token: str) -> None:
    with pytest.raises(ValueError, match="DISCORD_TOKEN is no bot token"):
        application_id_of(token)
