"""Members, moderators, the clock, killed and frozen workers and a forgetful Redis, in any order: no promise is broken.

The jobs, the service and the database are the real ones. Discord is the fake that counts every message it was made to
keep. `--hypothesis-profile=deep` looks longer.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guildwright.platform.database import engine, migrate
from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features import piccolo_apps
from guildwright_bot.features.giveaways import consumers, service
from guildwright_bot.features.giveaways.domain import Giveaway, State
from tests.fakes.bot import CHANNEL, GUILD, config, deps
from tests.fakes.chance import FakeChance
from tests.fakes.channels import FakeChannels
from tests.fakes.clock import FakeClock
from tests.fakes.postgres_server import PostgresServer, empty, postgres
from tests.fakes.unkind_worker import Fate, How, UnkindWorker
from tests.giveaways.conftest import TABLES, FakeConfig, Hall

__all__ = ["postgres"]

pytestmark = pytest.mark.integration

NONCES_LAST = timedelta(minutes=5)
ROLE = 5
PEOPLE = range(10**17, 10**17 + 6)
MEMBERS = st.sampled_from(PEOPLE)
FATES = st.builds(
    Fate, st.sampled_from(cast("list[How]", ["well", "well", "die", "freeze", "lose"])), st.integers(0, 9)
)
ORDER = list(State)
_RUNNER = asyncio.Runner()


@dataclass
class Seen:
    """What the machine remembers of one giveaway."""

    giveaway: Giveaway
    state: State = ORDER[0]
    ended: int | None = None  # the step at which it was first seen not to run any more
    winners: dict[int, int] = field(default_factory=dict)  # member → which draw


class Giveaways(RuleBasedStateMachine):
    """Every rule is one thing that somebody does; afterwards everything must still hold."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock(datetime(2026, 1, 1, 12, 0, tzinfo=UTC))
        self.discord = FakeChannels(members=dict.fromkeys(PEOPLE, (ROLE,)))
        self.config = FakeConfig()
        made = deps(clock=self.clock, discord=self.discord, config=self.config, chance=FakeChance())
        self.worker = UnkindWorker(made, consumers.consumers, self.clock, self._lose)
        self.hall = Hall(self.clock, self.discord, self.config, cast("Any", None), made)
        self.seen: list[Seen] = []
        self.step = 0
        self.began = 0  # when the run that was just let go had begun
        self.out: dict[int, int] = {}  # member → since which step they may not win
        self.since: dict[int, int] = {}  # member → since which step they may
        self.blacklisted: frozenset[int] = frozenset()
        self.spoken: dict[str, datetime] = {}
        self._do(empty(*TABLES))

    @staticmethod
    def _do[T](work: Coroutine[Any, Any, T]) -> T:
        return _RUNNER.run(work)

    def _lose(self) -> None:
        self.discord.lost_answers += 1

    def _turn(self) -> None:
        self.step += 1
        self.began = self.step

    @initialize(winners=st.integers(1, 3), minutes=st.integers(1, 5))
    def it_begins(self, winners: int, minutes: int) -> None:
        self._start(winners, minutes)

    @precondition(lambda self: len(self.seen) < 2)
    @rule(winners=st.integers(1, 3), minutes=st.integers(1, 5))
    def another_begins(self, winners: int, minutes: int) -> None:
        self._start(winners, minutes)

    def _start(self, winners: int, minutes: int) -> None:
        self._turn()
        wanted = {"winners": winners, "minutes": minutes, "source_id": len(self.seen) + 1}
        giveaway = self._do(self.hall.start(**wanted, prize=f"prize {len(self.seen)}"))
        assert isinstance(giveaway, Giveaway), giveaway
        self.seen.append(Seen(giveaway))

    @rule(number=st.integers(0, 1), members=st.lists(MEMBERS, min_size=1, max_size=6, unique=True))
    def members_enter_or_leave(self, number: int, members: list[int]) -> None:
        self._turn()
        for member in members:
            self._do(self.hall.click(self._giveaway(number), member))

    def _giveaway(self, number: int) -> Giveaway:
        return self.seen[number % len(self.seen)].giveaway

    @rule(number=st.integers(0, 1))
    def it_is_ended_early(self, number: int) -> None:
        self._turn()
        self._do(self._order(service.end, number))

    @rule(number=st.integers(0, 1), sure=st.integers(0, 4))
    def it_is_deleted(self, number: int, sure: int) -> None:
        self._turn()
        if sure == 0:
            self._do(self._order(service.delete, number))

    async def _order(self, what: Any, number: int) -> None:
        async with transaction():
            await what(GUILD, self._giveaway(number).id, now=self.clock.now())

    @rule(number=st.integers(0, 1), member=MEMBERS)
    def somebody_claims(self, number: int, member: int) -> None:
        self._turn()
        self._do(self.hall.claim(self._giveaway(number), member))

    @rule(number=st.integers(0, 1))
    def every_winner_claims(self, number: int) -> None:
        self._turn()
        for member in list(self.seen[number % len(self.seen)].winners):
            self._do(self.hall.claim(self._giveaway(number), member))

    @rule(member=MEMBERS)
    def a_member_leaves_the_guild_or_comes_back(self, member: int) -> None:
        self._turn()
        if member in self.discord.members:
            del self.discord.members[member]
        else:
            self.discord.members[member] = (ROLE,)
        self._note(member)

    @rule(members=st.frozensets(MEMBERS, max_size=2), rerolls=st.integers(0, 2), timeout=st.sampled_from(["10s", "2m"]))
    def the_config_changes(self, members: frozenset[int], rerolls: int, timeout: str) -> None:
        self._turn()
        barred = [str(member) for member in members]
        self.config.current = config(
            giveaways={"blacklist": {"members": barred}, "rerollLimit": rerolls, "claimTimeout": timeout}
        )
        changed = self.blacklisted ^ members
        self.blacklisted = members
        for member in changed:
            self._note(member)

    def _note(self, member: int) -> None:
        if member in self.discord.members and member not in self.blacklisted:
            self.out.pop(member, None)
            self.since[member] = self.step
        else:
            self.out.setdefault(member, self.step)

    @rule(seconds=st.integers(1, 240))
    def time_passes(self, seconds: int) -> None:
        self._turn()
        self._pass(timedelta(seconds=seconds))

    def _pass(self, span: timedelta) -> None:
        self.clock.set(self.clock.now() + span)
        if span >= NONCES_LAST:
            self.discord.forget_nonces()

    # Discord cannot help against a worker that stood still for minutes just before it sends, when another has sent it.
    @precondition(lambda self: not any(frozen.sending for frozen in self.worker.frozen))
    @rule()
    def discord_forgets_its_nonces(self) -> None:
        self._turn()
        self._pass(NONCES_LAST)

    @rule()
    def the_relay_looks(self) -> None:
        self._turn()
        self._do(self.worker.relay())

    @rule(place=st.integers(0, 7), fate=FATES)
    def a_worker_takes_a_message(self, place: int, fate: Fate) -> None:
        self._turn()
        fate = Fate(fate.how, fate.after)
        self._do(self.worker.deliver(place, fate, self.step))

    @precondition(lambda self: self.worker.frozen)
    @rule(place=st.integers(0, 3))
    def a_frozen_worker_goes_on(self, place: int) -> None:
        self._turn()
        self.began = self._do(self.worker.thaw(place)) or self.step

    @rule()
    def redis_is_flushed(self) -> None:
        self._turn()
        self.worker.stream.clear()

    @rule()
    def the_sweeper_looks(self) -> None:
        self._turn()
        self._do(self.worker.sweep())

    @rule()
    def everything_due_is_done(self) -> None:
        self._turn()
        self._work()

    def _work(self) -> None:
        for _ in range(200):
            self._do(self.worker.relay())
            if not self.worker.stream:
                return
            self._do(self.worker.deliver(0, Fate(), self.step))
            self._look()
        raise AssertionError("the jobs beget jobs without end")

    @invariant()
    def all_holds(self) -> None:
        self._look()

    def _look(self) -> None:
        for seen in self.seen:
            self._look_at(seen)
        names = Counter(name for message in self.discord.messages for name in message.custom_ids)
        assert all(count == 1 for count in names.values()), f"a message was doubled: {names}"
        plain = Counter(m.content for m in self.discord.messages if m.channel_id == CHANNEL and not m.custom_ids)
        assert all(count == 1 for count in plain.values()), f"a message was doubled: {plain}"

    def _look_at(self, seen: Seen) -> None:
        now = self._do(self.hall.now(seen.giveaway))
        claims = self._do(fetch("SELECT * FROM giveaway_claim WHERE giveaway_id = $1", seen.giveaway.id))
        assert ORDER.index(now.state) >= ORDER.index(seen.state), f"went back from {seen.state} to {now.state}"
        seen.state = now.state
        if now.state not in ORDER[: ORDER.index(State.RUNNING) + 1] and seen.ended is None:
            seen.ended = self.step
        winners = {row["member_id"]: row["round"] for row in claims}
        assert len(winners) == len(claims), "somebody won twice"
        assert seen.winners.items() <= winners.items(), "a winner was taken away"
        fresh = {member for member in winners if member not in seen.winners}
        first = not seen.winners and now.state in (State.CLAIMING, State.CLOSED)
        if fresh:
            self._look_at_winners(seen, fresh)
        if first and not self._was_drawn(seen):
            self._count_winners(seen, len(winners))
        seen.winners = winners
        held = [row for row in claims if row["state"] in ("open", "claimed")]
        assert len(held) <= now.terms.winners, "more prizes were given than there are"
        if now.state is State.CLOSED:
            assert all(row["state"] not in ("open", "failing") for row in claims), "closed while somebody may claim"

    def _was_drawn(self, seen: Seen) -> bool:
        drawn, self._drawn = getattr(self, "_drawn", set()), {*getattr(self, "_drawn", set()), seen.giveaway.id}
        return seen.giveaway.id in drawn

    def _entrants(self, seen: Seen) -> set[int]:
        sql = "SELECT member_id FROM giveaway_entry WHERE giveaway_id = $1 AND active"
        return {row["member_id"] for row in self._do(fetch(sql, seen.giveaway.id))}

    def _look_at_winners(self, seen: Seen, fresh: set[int]) -> None:
        assert fresh <= self._entrants(seen), "somebody won without having entered"
        excluded = {member for member in fresh if self.out.get(member, self.step + 1) < self.began}
        assert not excluded, f"won though excluded: {excluded}"

    def _count_winners(self, seen: Seen, winners: int) -> None:
        """Those who could win all the time from the end to now surely count; those who could at times may."""
        assert winners <= seen.giveaway.terms.winners
        since = min(self.began, seen.ended or self.step)
        sure = {m for m in self._entrants(seen) if m not in self.out and self.since.get(m, 0) < since}
        assert winners >= min(seen.giveaway.terms.winners, len(sure)), f"{winners} winners of at least {len(sure)}"

    def teardown(self) -> None:
        """However it went, in the end everything is done and told."""
        self._turn()
        while self.worker.frozen:
            self.began = self._do(self.worker.thaw(0)) or self.step
            self._look()
        for _ in range(10):
            self._turn()
            self._do(self.worker.sweep())
            self._work()
            self._pass(timedelta(hours=1))
        left = self._do(fetch("SELECT kind, state FROM job WHERE state <> 'done'"))
        assert left == [], f"never done: {left}"
        for seen in self.seen:
            self._look_back(seen)

    def _look_back(self, seen: Seen) -> None:
        now = self._do(self.hall.now(seen.giveaway))
        mine = [m for m in self.discord.messages if any(self._is_of(seen, name) for name in m.custom_ids)]
        if now.state is State.DELETED:
            left = [m.custom_ids for m in mine if not m.deleted]
            assert left == [], "messages of a deleted giveaway are left"
            return
        assert now.state is State.CLOSED, f"ends as {now.state}"
        wanted = {f"gw:giveaways:claim:{now.id}:{n}" for n in seen.winners.values()}
        wanted.add(f"gw:giveaways:ticket:{now.id}")  # that it is closed, with the hash
        if now.message_id is not None:  # one that is ended before it is posted is not posted any more
            wanted.add(f"gw:giveaways:enter:{now.id}")
        names = {name for message in mine for name in message.custom_ids}
        assert wanted <= names, f"a message was lost: {wanted - names}"
        assert seen.winners or any(name.startswith(f"gw:giveaways:over:{now.id}:") for name in names)
        told = {ping for message in mine for ping in message.pings}
        assert seen.winners.keys() <= told, "a winner was never told"

    @staticmethod
    def _is_of(seen: Seen, name: str) -> bool:
        return name.split(":")[3:4] == [str(seen.giveaway.id)]


@pytest.fixture(scope="module", autouse=True)
def database(postgres: PostgresServer) -> Iterator[None]:
    """The machine's own loop, and the engine open in it."""

    async def open_it() -> None:
        await engine.open_url(postgres.url)
        await migrate.run_migrations(piccolo_apps())

    _RUNNER.run(open_it())
    yield
    _RUNNER.run(engine.close_database())
    _RUNNER.close()


def test_no_order_of_events_breaks_a_promise() -> None:
    deep = settings().max_examples >= 1000
    run_state_machine_as_test(
        Giveaways,
        settings=settings(
            max_examples=settings().max_examples if deep else 30,
            stateful_step_count=60 if deep else 40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # A failure is told as it was found: making it smaller takes minutes.
            phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)[: 4 if deep else 3],
        ),
    )
