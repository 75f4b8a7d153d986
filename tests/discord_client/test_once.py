"""A message is sent once, over retries that lie hours apart; where nobody can tell, not a second time."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from guildwright.platform.discord.client import DiscordClient, DiscordRefused, DiscordUnavailable
from guildwright.platform.jobs.outcomes import Unknown
from guildwright.platform.jobs.run import Tried
from guildwright.platform.settings import Settings
from tests.fakes.clock import ImpatientClock
from tests.fakes.discord_rest import TOKEN, FakeDiscord, button, fake_discord, message, user

SINCE = datetime(2025, 1, 1, tzinfo=UTC)
LONG_AGO = Tried(SINCE, 3600.0)
MARKER = "gw:giveaways:claim:7"
OLD = 1_500_000_000_000_000_000  # ids of after SINCE, and before whatever the fake makes


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with fake_discord() as fake:
        yield fake


@pytest.fixture
async def client(discord: FakeDiscord) -> AsyncIterator[DiscordClient]:
    made = DiscordClient(Settings(discord_token=TOKEN, discord_api=discord.url), ImpatientClock())
    await made.start()
    yield made
    await made.stop()


async def _send(client: DiscordClient, since: Tried | datetime | None, marker: str | None = MARKER) -> int:
    sent = await client.send_message_once(1, nonce="abc", marker=marker, since=since, content="You won, <@5>!")
    return int(sent.id)


def _asked(discord: FakeDiscord) -> list[str]:
    return [method for method, path, _ in discord.seen if path != "/users/@me"]


async def test_the_first_try_is_sent_without_a_look(client: DiscordClient, discord: FakeDiscord) -> None:
    await _send(client, None)
    assert _asked(discord) == ["POST"]


async def test_within_the_nonces_window_the_nonce_decides(client: DiscordClient, discord: FakeDiscord) -> None:
    first = await _send(client, None)
    assert await _send(client, Tried(SINCE, 5.0)) == first
    assert _asked(discord) == ["POST", "POST"]
    assert len(discord.messages) == 1


async def test_a_retry_hours_later_finds_the_message_by_its_marker(client: DiscordClient, discord: FakeDiscord) -> None:
    first = await _send(client, None)
    discord.messages[0]["components"] = button(f"{MARKER}:1")
    discord.forget_nonces()

    assert await _send(client, LONG_AGO) == first
    assert len(discord.messages) == 1


@pytest.mark.parametrize("since", [LONG_AGO, SINCE])
async def test_what_surely_is_not_there_is_sent(
    client: DiscordClient, discord: FakeDiscord, since: Tried | datetime
) -> None:
    discord.messages.append(message(str(OLD), content="hello"))
    await _send(client, since)
    assert len(discord.messages) == 2


async def test_in_a_channel_where_nothing_was_ever_written_it_surely_is_not(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.hidden_history = True
    await _send(client, LONG_AGO)
    assert len(discord.messages) == 1


async def test_an_empty_history_of_a_channel_with_messages_proves_nothing(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.messages.append(message(str(OLD), content="hello"))
    discord.hidden_history = True

    with pytest.raises(Unknown, match="Read Message History"):
        await _send(client, LONG_AGO)
    assert len(discord.messages) == 1


async def test_where_the_history_is_refused_nobody_can_tell_until_it_is_opened(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    await client.me()
    discord.will_answer(403, {"message": "Missing Access", "code": 50001})

    with pytest.raises(Unknown, match="Missing Access") as caught:
        await _send(client, LONG_AGO)

    assert isinstance(caught.value, DiscordRefused)  # so that a job which can wait does
    assert discord.messages == []


async def test_a_channel_that_is_gone_is_a_refusal(client: DiscordClient, discord: FakeDiscord) -> None:
    await client.me()
    discord.will_answer(404, {"message": "Unknown Channel", "code": 10003})

    with pytest.raises(DiscordRefused):
        await _send(client, LONG_AGO)


async def test_a_marker_is_found_behind_many_later_messages(client: DiscordClient, discord: FakeDiscord) -> None:
    discord.messages.append(message(str(OLD), components=button(MARKER)))
    discord.messages += [message(str(OLD + 1 + n)) for n in range(250)]
    assert await _send(client, LONG_AGO) == OLD


async def test_behind_more_messages_than_we_look_at_nobody_can_tell(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.messages += [message(str(OLD + n)) for n in range(1000)]
    with pytest.raises(Unknown, match="1000 messages"):
        await _send(client, LONG_AGO)


async def test_a_marker_is_not_found_in_a_longer_number_or_in_anothers_message(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.messages += [
        message(str(OLD), components=button("gw:claim:77")),
        message(str(OLD + 1), components=button("gw:claim:7"), author=user("999999999999999999", "Mallory")),
    ]
    assert await client.find_message(1, "gw:claim:7", SINCE) is None


async def test_without_a_marker_a_message_that_says_the_same_may_be_anothers(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    await _send(client, None, marker=None)
    discord.forget_nonces()
    discord.messages[0]["content"] = "You won, <@5> !"  # as Discord may trim it

    with pytest.raises(Unknown, match="says the same"):
        await _send(client, LONG_AGO, marker=None)
    assert len(discord.messages) == 1


async def test_without_a_marker_other_words_of_ours_and_the_same_of_others_are_no_doubt(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.messages += [
        message(str(OLD), content="You won, <@6>!"),
        message(str(OLD + 1), content="You won, <@5>!", author=user("999999999999999999", "Mallory")),
    ]
    await _send(client, LONG_AGO, marker=None)
    assert len(discord.messages) == 3


async def test_an_outage_in_which_nothing_was_sent_leaves_no_doubt(client: DiscordClient, discord: FakeDiscord) -> None:
    """Of a worker whose first try ended before Discord heard of it."""
    await _send(client, LONG_AGO, marker=None)
    assert len(discord.messages) == 1


async def test_the_error_of_a_message_that_was_not_sent_says_which_it_was(
    client: DiscordClient, discord: FakeDiscord
) -> None:
    discord.will_answer(401, {"message": "401: Unauthorized", "code": 0})
    with pytest.raises(DiscordUnavailable) as caught:
        await _send(client, None)
    assert (caught.value.nonce, caught.value.nothing_done) == ("abc", True)
