"""Asks for every request whether it may leave: Redis for all processes together, and rules of our own while it is away.

What gathers while one round trip to Redis is under way goes with the next: a busy process needs far fewer than one for
each request, an idle one a sign of life every few seconds.
"""

import asyncio
import hashlib
import json
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from contextvars import Context
from importlib import resources
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from guildwright.platform.clock import Clock
from guildwright.platform.discord import limits, wire
from guildwright.platform.discord.errors import DiscordClosed, DiscordUnauthorized, DiscordUnavailable
from guildwright.platform.discord.limits import Answer, Ask, Verdict
from guildwright.platform.discord.rules import Rules
from guildwright.platform.discord.wire import CONSTANTS, Permit, Told, answer_of, ask_of, ms, refused, text_of

# A job rather waits in the database than in memory.
LONGEST_WAIT = 10.0
_MOST_ASKS = 50  # of one round trip
_LATER = 0.5
_MOST_KEPT = 200  # answers, while Redis is away
_REDIS_SECONDS = 0.75
_PROBE_SECONDS = 0.25
_SIGN_SECONDS = 3.0
_GATHER_SECONDS = 0.03
_FORGIVEN_SECONDS = 86400

_log = structlog.get_logger("guildwright.discord")


def prefix_of(token: str) -> str:
    """Where the limits of a token lie in Redis. By its hash: another token begins anew, and nobody reads it there."""
    return f"guildwright:discord:{{{hashlib.sha256(token.encode()).hexdigest()[:16]}}}"


async def forgive(redis: Redis, token: str) -> bool:
    """Let processes that start from now on use a token that Discord takes again; False when it was not stopped."""
    # Those that run still know of the refusal, and would say it again to a Redis that knows nothing.
    await redis.set(f"{prefix_of(token)}:forgiven", "1", ex=_FORGIVEN_SECONDS)
    return bool(await redis.delete(f"{prefix_of(token)}:stop"))


class Limiter:
    """One per process and token."""

    def __init__(self, clock: Clock, token: str, redis: Redis | None, name: str) -> None:
        """`name` tells this process apart from all others."""
        self._clock = clock
        self._redis = redis
        self._name = name
        self._keys = [prefix_of(token)]
        script = resources.files("guildwright.platform.discord").joinpath("limiter.lua").read_text()
        self._script: Any = redis.register_script(script) if redis is not None else None
        self._rules = Rules()
        self._away = redis is None
        self._worked_alone = False
        self._members: int | None = None
        self._since = ""  # when Redis began to know, by its own word
        self._held: dict[str, float] = {}  # slots of ours that Redis knows, or knew: when each is free
        self._forgotten = False
        self._refused = False
        self._telling = False
        self._count = 0
        self._round = asyncio.Lock()
        self._coming: asyncio.Task[None] | None = None
        self._showing: asyncio.Task[None] | None = None
        self._asks: list[Permit] = []
        self._answers: list[Told] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin to show that this process is there."""
        if self._redis is not None:
            self._showing = self._spawn(self._show())

    async def stop(self) -> None:
        """Leave the others the whole of what there is."""
        if self._showing is not None:
            self._showing.cancel()
        # Not the rounds: they carry what the others have to know.
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if not self._away:
            with suppress(RedisError, OSError, TimeoutError):
                await self._ask_redis([], self._drain(), leaving=True)

    def check_token(self) -> None:
        """Raise `DiscordUnauthorized` once Discord has refused the token."""
        if self._refused:
            raise DiscordUnauthorized(
                "Discord refused the token; set another DISCORD_TOKEN and restart, and if it was by mistake, "
                "`guildwright doctor` lets it be used again",
                nothing_done=True,
            )

    async def take(self, ask: Ask) -> Permit:
        """Return when the request may leave. Its end must be told with `done`.

        Raises:
            DiscordClosed: Discord said no to the same a short while ago, to any process.
            DiscordUnavailable: when that would take too long; nothing was sent.
            DiscordUnauthorized: when the token is refused.
        """
        self._count += 1
        permit = Permit(f"{self._name}:{self._count}", self._count, ask)
        began = self._clock.monotonic()
        while True:
            if ask.counted:
                self.check_token()
            verdict = await self._carry(permit)
            if verdict.word == "go":
                await self._wait_for_slot(permit, verdict.wait)
                return permit
            if verdict.word == "stop":
                self._refuse()
                self.check_token()
            if verdict.word == "closed":
                said = f"{ask.route}: refused a short while ago (403 {verdict.code}), and not asked again"
                raise DiscordClosed(said, retry_after=max(verdict.wait, limits.LEAST), nothing_done=True)
            if verdict.word == "broken":
                reason = "too many refused requests in ten minutes"
                raise DiscordUnavailable(reason, retry_after=verdict.wait, nothing_done=True)
            if self._clock.monotonic() - began + verdict.wait > LONGEST_WAIT:
                raise DiscordUnavailable(f"{ask.route}: rate limited", retry_after=verdict.wait, nothing_done=True)
            await self._clock.sleep(verdict.wait)

    async def _wait_for_slot(self, permit: Permit, seconds: float) -> None:
        try:
            await self._clock.sleep(seconds)
            if permit.ask.counted:
                self.check_token()
        except BaseException:
            self.done(permit, Answer())
            raise

    def done(self, permit: Permit, answer: Answer) -> None:
        """Tell how a request ended."""
        if refused(permit, answer):
            self._refuse()
        now = self._clock.monotonic()
        self._rules.note(permit.id, permit.ask, answer, now)
        if permit.id in self._held:
            self._held[permit.id] = min(self._held[permit.id], now + limits.HOLD)
        if self._redis is not None:
            self._answers.append(Told(permit, answer, now))
            if not self._telling:
                self._telling = True
                self._spawn(self._tell_soon())

    def _refuse(self) -> None:
        if not self._refused:
            self._refused = True
            _log.error("Discord refused the token; nothing is sent any more until it is replaced")

    async def _tell_soon(self) -> None:
        await asyncio.sleep(_GATHER_SECONDS)
        self._telling = False
        if not self._away:
            await self._next_round()

    async def _show(self) -> None:
        while True:
            await asyncio.sleep(_PROBE_SECONDS if self._away else _SIGN_SECONDS)
            try:
                await self._ask_redis([], [])
            except (RedisError, OSError, TimeoutError) as error:
                self._begin_alone(error)

    async def _carry(self, permit: Permit) -> Verdict:
        permit.verdict = None
        self._asks.append(permit)
        try:
            # Whoever leaves early takes nothing along: the round carries what others asked for, and our answers.
            await asyncio.shield(self._next_round())
        except BaseException:
            permit.left = True
            self._give_back([permit])
            raise
        assert permit.verdict is not None  # noqa: S101  every round decides all it takes
        return permit.verdict

    def _give_back(self, permits: Sequence[Permit]) -> None:
        """Leave that came too late, so that it holds up nobody."""
        for permit in permits:
            if permit.left and permit.verdict is not None and permit.verdict.word == "go":
                self.done(permit, Answer())

    def _next_round(self) -> asyncio.Task[None]:
        """The round that has not begun yet."""
        if self._coming is None:
            self._coming = self._spawn(self._exchange())
        return self._coming

    async def _exchange(self) -> None:
        """One round with whatever has gathered until the one before it ended."""
        async with self._round:
            self._coming = None
            self._asks = [permit for permit in self._asks if not permit.left]
            if not (self._asks or self._answers or self._forgotten):
                return
            asks, self._asks = sorted(self._asks, key=lambda permit: permit.number), []
            for permit in asks[_MOST_ASKS:]:
                permit.verdict = Verdict("wait", _LATER)
            asks = asks[:_MOST_ASKS]
            if self._away or not await self._ask_all(asks):
                self._ask_ourselves(asks)
            self._give_back(asks)

    async def _ask_all(self, asks: Sequence[Permit]) -> bool:
        answers = self._drain()
        try:
            await self._ask_redis(asks, answers)
        except (RedisError, OSError, TimeoutError) as error:
            self._answers[:0] = answers[-_MOST_KEPT:]  # for its return
            self._begin_alone(error)
            return False
        return True

    def _drain(self) -> list[Told]:
        answers, self._answers = self._answers, []
        return answers

    def _ask_ourselves(self, asks: Sequence[Permit]) -> None:
        del self._answers[:-_MOST_KEPT]
        now = self._clock.monotonic()
        for permit in asks:
            permit.verdict, permit.shared = self._rules.decide(permit.id, permit.ask, now), False
            self._worked_alone |= permit.verdict.word == "go"

    def _begin_alone(self, error: Exception) -> None:
        if self._away:
            return
        self._away = True
        # One that never learnt how many there are takes least: the others do not know of it.
        cap = max(1, limits.CAP // (self._members or limits.CAP))
        self._rules.begin(self._clock.monotonic(), cap)
        why = str(error) or repr(error)
        _log.warning("Redis is away; this process keeps to its share of the limit", requests=cap, error=why)

    async def _ask_redis(self, asks: Sequence[Permit], answers: Sequence[Told], *, leaving: bool = False) -> None:
        question = CONSTANTS | {
            "me": self._name,
            "leaving": leaving,
            "was_away": self._worked_alone,
            "refused": self._refused,
            "since": self._since,
            "held": self._restored(),
            "asks": [ask_of(permit) for permit in asks],
            "answers": [answer_of(told, self._clock.monotonic()) for told in answers],
        }
        async with asyncio.timeout(_REDIS_SECONDS):
            result: list[Any] = await self._script(keys=self._keys, args=[json.dumps(question)])
        if self._away:
            _log.info("Redis is back; the limit is shared again")
        self._away = False
        self._worked_alone &= not question["was_away"]  # it may have given leave while this was on its way
        members, young, stopped = map(int, result[:3])
        if not young or members > (self._members or members):  # one that forgot has not heard of all yet
            self._members = members
        if stopped:
            self._refuse()
        self._notice(text_of(result[3]))
        now = self._clock.monotonic()
        for permit, word, wait in zip(asks, result[4::2], result[5::2], strict=True):
            permit.verdict = wire.verdict_of(word, wait)
            permit.shared = True
            if permit.ask.counted and permit.verdict.word == "go":
                self._held[permit.id] = now + permit.verdict.wait + limits.LONGEST

    def _notice(self, since: str) -> None:
        """Redis may have forgotten: what of ours it should know goes with the next round, which is at once."""
        if self._since not in ("", since):
            self._forgotten = True
            self._spawn(self._tell_soon())
        self._since = since

    def _restored(self) -> list[tuple[str, int]]:
        now = self._clock.monotonic()
        self._held = {request: free for request, free in self._held.items() if free > now}
        forgotten, self._forgotten = self._forgotten, False
        return [(request, ms(free - now)) for request, free in self._held.items()] if forgotten else []

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        # What the one caller has bound (its log) is not everybody's.
        task = asyncio.create_task(work, context=Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
