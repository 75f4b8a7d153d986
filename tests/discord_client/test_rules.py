"""What one process holds itself to alone, and what it learns from Discord's answers."""

import time

import pytest
from aiohttp import web

from guildwright.platform.clock import SystemClock
from guildwright.platform.discord.client import DiscordClient, DiscordUnauthorized, DiscordUnavailable
from guildwright.platform.discord.limiter import Limiter
from guildwright.platform.discord.limits import CAP, FLYING, HOLD, INVALID_WINDOW, LONGEST, MOST_INVALID, Answer, Ask
from guildwright.platform.discord.rules import Rules
from guildwright.platform.discord.session import answer_of, ask_of
from guildwright.platform.settings import Settings
from tests.fakes.discord_rest import TOKEN, fake_discord, message

WRITE = Ask("POST /channels/{}/messages", "channels/1")
ELSEWHERE = Ask("POST /channels/{}/messages", "channels/2")
FREE = Ask("GET /gateway/bot")


def _answer(remaining: int = 4, reset_after: float = 5.0, *, status: int = 200) -> Answer:
    return Answer(status, "messages", 5, remaining, reset_after)


class Alone:
    """Rules, asked one by one, with a number for each request."""

    def __init__(self) -> None:
        self.rules = Rules()
        self.count = 0

    def ask(self, ask: Ask, now: float) -> float | str:
        """The seconds to wait; 0: it left."""
        self.count += 1
        verdict = self.rules.decide(str(self.count), ask, now)
        return verdict.wait if verdict.word in ("go", "wait") else verdict.word

    def answered(self, ask: Ask, answer: Answer, now: float, request: int = 0) -> None:
        self.rules.note(str(request or self.count), ask, answer, now)

    def knows(self, ask: Ask, now: float, answer: Answer | None = None) -> None:
        assert self.ask(ask, now) == 0
        self.answered(ask, answer or _answer(), now)


def test_the_first_of_a_route_finds_its_bucket_while_others_wait() -> None:
    alone = Alone()
    assert alone.ask(WRITE, 0.0) == 0
    assert alone.ask(WRITE, 0.0) == FLYING
    assert alone.ask(ELSEWHERE, 0.0) == 0
    alone.answered(WRITE, _answer(), 0.1, request=1)
    assert alone.ask(WRITE, 0.1) == 0


def test_a_full_bucket_waits_for_its_window_and_no_other_does() -> None:
    alone = Alone()
    alone.knows(WRITE, 0.0)
    assert [alone.ask(WRITE, 0.1) for _ in range(4)] == [0, 0, 0, 0]
    assert alone.ask(WRITE, 1.0) == pytest.approx(4.0)
    assert alone.ask(ELSEWHERE, 1.0) == 0


def test_requests_that_are_under_way_when_a_window_ends_count_in_the_next() -> None:
    alone = Alone()
    alone.knows(WRITE, 0.0)
    assert [alone.ask(WRITE, 0.1) for _ in range(4)] == [0, 0, 0, 0]
    assert alone.ask(WRITE, 5.0) == 0  # the fifth of five
    assert alone.ask(WRITE, 5.0) == pytest.approx(5.0)


def test_of_a_new_window_those_under_way_are_taken_off() -> None:
    alone = Alone()
    alone.knows(WRITE, 0.0)
    assert [alone.ask(WRITE, 0.1) for _ in range(3)] == [0, 0, 0]
    # The clocks disagree: by Discord's a new window has begun with the first of the three.
    alone.answered(WRITE, _answer(4, 9.0), 0.2, request=2)
    assert [alone.ask(WRITE, 0.2) for _ in range(3)] == [0, 0, pytest.approx(9.0)]


def test_an_answer_that_knows_less_than_we_do_gives_nothing_back() -> None:
    alone = Alone()
    alone.knows(WRITE, 0.0)
    for _ in range(4):
        assert alone.ask(WRITE, 0.1) == 0
    alone.answered(WRITE, _answer(3, 4.9), 0.1, request=2)
    assert alone.ask(WRITE, 0.2) == pytest.approx(4.8)


def test_a_route_without_a_bucket_is_not_held_up() -> None:
    alone = Alone()
    alone.knows(FREE, 0.0, Answer(200))
    assert [alone.ask(FREE, 0.0) for _ in range(5)] == [0] * 5


def test_slots_are_held_for_a_second_after_the_answer() -> None:
    alone = Alone()
    alone.knows(FREE, 0.0, Answer(200))
    assert [alone.ask(FREE, 0.5) for _ in range(CAP - 1)] == [0] * (CAP - 1)
    assert alone.ask(FREE, 0.5) == pytest.approx(HOLD - 0.5)  # that of the first
    assert alone.ask(FREE, HOLD) == 0
    assert alone.ask(FREE, HOLD) == pytest.approx(0.5 + LONGEST - HOLD)  # no answer came


def test_what_answers_an_interaction_takes_no_slot() -> None:
    alone = Alone()
    for _ in range(CAP + 1):
        alone.knows(Ask("POST /interactions/{}/{}/callback", counted=False), 0.0, Answer(204))


def test_alone_it_begins_with_nothing_and_keeps_to_its_share() -> None:
    alone = Alone()
    alone.knows(FREE, 0.0, Answer(200))
    alone.rules.begin(10.0, 3)
    assert alone.ask(FREE, 10.0) == pytest.approx(2 * HOLD)
    assert [alone.ask(FREE, 12.5) for _ in range(3)] == [0, 0, 0]
    assert alone.ask(FREE, 12.5) == pytest.approx(LONGEST)


def test_a_429_stops_its_route_and_resource_and_a_global_one_everything() -> None:
    alone = Alone()
    alone.knows(WRITE, 0.0, Answer(429, retry_after=2.0, scope="shared"))
    assert alone.ask(WRITE, 0.5) == pytest.approx(1.5)
    assert alone.ask(FREE, 0.5) == 0
    alone.answered(FREE, Answer(429, retry_after=3.0, scope="global"), 0.5)
    assert alone.ask(ELSEWHERE, 1.0) == pytest.approx(2.5)
    assert alone.ask(Ask("POST /interactions/{}/{}/callback", counted=False), 1.0) == 0


def test_a_thousand_invalid_answers_stop_everything_until_the_first_is_ten_minutes_old() -> None:
    alone = Alone()
    for _ in range(MOST_INVALID - 1):
        alone.answered(FREE, Answer(403), 7.0)
    alone.answered(FREE, Answer(429, scope="shared"), 7.0)  # somebody else's fault
    assert alone.ask(FREE, 8.0) == 0
    alone.answered(FREE, Answer(404), 8.0)
    alone.answered(FREE, Answer(401), 8.0)
    assert alone.ask(Ask("GET /x", counted=False), 8.0) == "broken"
    assert alone.ask(Ask("GET /x", counted=False), 7.0 + INVALID_WINDOW) == 0


async def test_a_refused_token_stops_all_but_what_needs_none() -> None:
    limiter = Limiter(SystemClock(), TOKEN, None, "alone")
    needs_none = Ask("POST /interactions/{}/{}/callback", counted=False)
    limiter.done(await limiter.take(needs_none), Answer(401))
    limiter.done(await limiter.take(FREE), Answer(401))
    with pytest.raises(DiscordUnauthorized):
        await limiter.take(FREE)
    await limiter.take(needs_none)


@pytest.mark.parametrize(
    ("method", "path", "ask"),
    [
        ("GET", "/gateway/bot", FREE),
        ("POST", "/channels/1/messages", WRITE),
        ("GET", "/channels/1/messages?after=7", Ask("GET /channels/{}/messages", "channels/1")),
        ("PUT", "/guilds/1/members/2/roles/3", Ask("PUT /guilds/{}/members/{}/roles/{}", "guilds/1")),
        (
            "PUT",
            "/channels/1/messages/2/reactions/%F0%9F%91%8D/@me",
            Ask("PUT /channels/{}/messages/{}/reactions/{}/@me", "channels/1"),
        ),
        ("GET", "/users/@me", Ask("GET /users/@me")),
        ("POST", "/interactions/1/secret/callback", Ask("POST /interactions/{}/{}/callback", counted=False)),
        ("POST", "/webhooks/1/secret", Ask("POST /webhooks/{}/{}", "webhooks/1/secret", counted=False)),
        ("GET", "/webhooks/1", Ask("GET /webhooks/{}", "webhooks/1")),
    ],
)
def test_a_path_tells_its_route_its_resource_and_whether_it_counts(method: str, path: str, ask: Ask) -> None:
    assert ask_of(method, path) == ask


async def test_what_hikari_repeats_by_itself_is_seen_and_counted_too() -> None:
    """With buckets of its own it would wait, and repeat after a 429, where nobody sees it."""
    async with fake_discord() as discord:
        client = DiscordClient(Settings(discord_token=TOKEN, discord_api=discord.url), SystemClock())
        await client.start()
        headers = {"X-RateLimit-Scope": "user", "X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5"}
        headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "0.3", "X-RateLimit-Reset": "1"}

        async def refuse(_: web.Request) -> web.Response:
            body = {"message": "slow", "retry_after": 0.3, "global": False}
            return web.json_response(body, status=429, headers=headers)

        discord.next.append(refuse)
        began = SystemClock().monotonic()
        await client.send_message(1, content="x")
        rules = client._limiter._rules
        assert SystemClock().monotonic() - began >= 0.3
        assert len(rules._invalid) == 1
        assert len(discord.seen) == 2

        headers["X-RateLimit-Reset-After"] = "60"
        discord.next.append(refuse)
        with pytest.raises(DiscordUnavailable) as caught:
            await client.send_message(2, content="x")
        assert caught.value.nothing_done
        assert len(discord.seen) == 3
        await client.stop()


async def test_a_page_of_somebody_between_us_and_discord_blocks_for_as_long_as_it_says() -> None:
    class Response:
        status = 429
        headers: dict[str, str] = {"Retry-After": "17"}  # noqa: RUF012  a constant of the fake

        async def json(self) -> object:
            raise ValueError

    answer = await answer_of(Response(), WRITE)  # type: ignore[arg-type]  what is read of one
    assert (answer.retry_after, answer.block, answer.invalid) == (17.0, 17.0, True)


async def test_hikaris_own_buckets_hold_up_nothing() -> None:
    async with fake_discord() as discord:
        client = DiscordClient(Settings(discord_token=TOKEN, discord_api=discord.url), SystemClock())
        await client.start()

        async def last_one(_: web.Request) -> web.Response:
            headers = {"X-RateLimit-Bucket": "b", "X-RateLimit-Limit": "5", "X-RateLimit-Remaining": "0"}
            headers |= {"X-RateLimit-Reset-After": "60", "X-RateLimit-Reset": str(time.time() + 60)}  # noqa: TID251
            return web.json_response(message("7"), headers=headers)

        discord.next.append(last_one)
        await client.send_message(1, content="x")
        with pytest.raises(DiscordUnavailable):
            await client.send_message(1, content="x")

        client._limiter._rules = Rules()  # another process, which knows better, gave leave
        await client.send_message(1, content="x")
        assert len(discord.seen) == 2
        await client.stop()


async def test_it_is_told_whether_a_failed_request_may_have_done_something() -> None:
    async with fake_discord() as discord:
        client = DiscordClient(Settings(discord_token=TOKEN, discord_api=discord.url), SystemClock())
        await client.start()

        async def nothing_done() -> bool:
            with pytest.raises(DiscordUnavailable) as caught:
                await client.send_message(len(discord.seen), nonce="abc", content="x")
            return caught.value.nothing_done

        long = {"message": "slow", "retry_after": 90.0, "global": False}
        discord.will_answer(429, long)
        assert await nothing_done()
        discord.will_answer(429, "<html>")
        assert await nothing_done()
        for _ in range(3):
            discord.will_answer(502, {"message": "bad gateway"})
        assert not await nothing_done()
        for _ in range(3):
            discord.will_lose_the_answer()
        assert not await nothing_done()
        discord.will_lose_the_answer()
        discord.will_answer(429, long)
        assert not await nothing_done()
        await client.stop()


async def test_a_refused_connection_surely_did_nothing() -> None:
    client = DiscordClient(Settings(discord_token=TOKEN, discord_api="http://127.0.0.1:9"), SystemClock())
    await client.start()
    with pytest.raises(DiscordUnavailable) as caught:
        await client.send_message(1, nonce="abc", content="x")
    assert caught.value.nothing_done
    await client.stop()
