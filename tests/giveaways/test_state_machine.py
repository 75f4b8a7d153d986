"""Members, moderators, the clock, killed and frozen workers and a forgetful Redis, in any order: no promise is broken.

The jobs, the service and the database are the real ones. Discord is the fake that counts every message it was made to
keep. `--hypothesis-profile=deep` looks longer.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from guildwright.platform.database import engine, migrate
from guildwright.platform.database.engine import fetch, transaction
from guildwright_bot.features import piccolo_apps
from guildwright_bot.features.giveaways import consumers, rerolls, service
from guildwright_bot.features.giveaways.domain import Giveaway
from guildwright_bot.features.giveaways.editing import Revision
from tests.fakes.bot import GUILD, config, deps
from tests.fakes.chance import FakeChance
from tests.fakes.channels import FakeChannels
from tests.fakes.clock import FakeClock
from tests.fakes.postgres_server import PostgresServer, empty, postgres
from tests.fakes.unkind_worker import Fate, How, UnkindWorker
from tests.giveaways.conftest import HOST, TABLES, FakeConfig, Hall
from tests.giveaways.promises import RUNNER, Promises, Seen

__all__ = ["postgres"]

pytestmark = pytest.mark.integration

NONCES_LAST = timedelta(minutes=5)
ROLE = 5
PEOPLE = range(10**17, 10**17 + 6)
MEMBERS = st.sampled_from(PEOPLE)
CROWDS = st.lists(MEMBERS, min_size=1, max_size=6, unique=True)
FATES = st.builds(
    Fate, st.sampled_from(cast("list[How]", ["well", "well", "die", "freeze", "lose"])), st.integers(0, 9)
)


class Giveaways(Promises):
    """Every rule is one thing that somebody does; afterwards everything must still hold."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock(datetime(2026, 1, 1, 12, 0, tzinfo=UTC))
        self.discord = FakeChannels(members=dict.fromkeys(PEOPLE, (ROLE,)))
        self.config = FakeConfig()
        made = deps(clock=self.clock, discord=self.discord, config=self.config, chance=FakeChance())
        self.worker = UnkindWorker(made, consumers.consumers, self.clock, self._lose)
        self.hall = Hall(self.clock, self.discord, self.config, cast("Any", None), made)
        self.blacklisted: frozenset[int] = frozenset()
        self._do(empty(*TABLES))

    def _lose(self) -> None:
        self.discord.lost_answers += 1

    def _turn(self) -> None:
        self.step += 1
        self.began = self.step

    @initialize(winners=st.integers(1, 3), minutes=st.integers(1, 5), members=st.permutations(PEOPLE))
    def it_begins(self, winners: int, minutes: int, members: list[int]) -> None:
        self._start(winners, minutes)
        self.members_enter_or_leave(0, members[:4])  # with fewer hardly anybody would be left for a reroll

    @precondition(lambda self: len(self.seen) < 2)
    @rule(winners=st.integers(1, 3), minutes=st.integers(1, 5), wait=st.sampled_from([0, 90]))
    def another_begins_at_once_or_later(self, winners: int, minutes: int, wait: int) -> None:
        self._start(winners, minutes, wait)

    def _start(self, winners: int, minutes: int, wait: int = 0) -> None:
        self._turn()
        wanted: dict[str, Any] = {"winners": winners, "minutes": minutes, "source_id": len(self.seen) + 1}
        wanted["wait"] = timedelta(seconds=wait)
        giveaway = self._do(self.hall.start(**wanted, prize=f"prize {len(self.seen)}"))
        assert isinstance(giveaway, Giveaway), giveaway
        self.seen.append(Seen(giveaway))

    @rule(number=st.integers(0, 1), members=CROWDS)
    def members_enter_or_leave(self, number: int, members: list[int]) -> None:
        self._turn()
        for member in members:
            self._do(self.hall.click(self._giveaway(number), member))

    def _giveaway(self, number: int) -> Giveaway:
        return self.seen[number % len(self.seen)].giveaway

    @rule(number=st.integers(0, 1), winners=st.integers(1, 3), minutes=st.sampled_from([None, 1, 5]))
    def its_host_edits_it(self, number: int, winners: int, minutes: int | None) -> None:
        self._turn()
        ends = timedelta(minutes=minutes) if minutes else None
        revision = Revision(lambda terms: replace(terms, winners=winners), ends_in=ends)
        self._do(self.hall.edit(self._giveaway(number), revision))

    @rule(number=st.integers(0, 1), of_winner=st.booleans())
    def its_host_rerolls(self, number: int, *, of_winner: bool) -> None:
        seen = self.seen[number % len(self.seen)]
        self._reroll(seen, next(iter(seen.winners), None) if of_winner else None)

    def _reroll(self, seen: Seen, member: int | None = None) -> None:
        self._turn()

        async def reroll() -> object:
            async with transaction():
                return await rerolls.reroll(
                    GUILD,
                    seen.giveaway.id,
                    actor_id=HOST,
                    source_id=self.step,
                    now=self.clock.now(),
                    member_id=member,
                )

        if isinstance(self._do(reroll()), Giveaway):
            seen.rerolls += 1
            seen.refilled = self.step if member is None else seen.refilled

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
        self.limits.append((self.step, rerolls))
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

    def _settle(self) -> None:
        for _ in range(10):
            self._turn()
            self._do(self.worker.sweep())
            self._work()
            self._pass(timedelta(hours=1))
        self._look()

    def teardown(self) -> None:
        """However it went, in the end everything is done and told."""
        self._turn()
        while self.worker.frozen:
            self.began = self._do(self.worker.thaw(0)) or self.step
            self._look()
        self._settle()
        # And once more for every prize that nobody holds: this time whoever wins claims.
        for seen in self.seen:
            self._count_prizes(seen)
            self._reroll(seen)
        self._work()
        for number in range(len(self.seen)):
            self.every_winner_claims(number)
        self._settle()
        left = self._do(fetch("SELECT kind, state FROM job WHERE state <> 'done'"))
        assert left == [], f"never done: {left}"
        for seen in self.seen:
            self._look_back(seen)


@pytest.fixture(scope="module", autouse=True)
def database(postgres: PostgresServer) -> Iterator[None]:
    """The machine's own loop, and the engine open in it."""

    async def open_it() -> None:
        await engine.open_url(postgres.url)
        await migrate.run_migrations(piccolo_apps())
        await fetch("ALTER DATABASE postgres SET synchronous_commit = off")  # this server does not die
        await engine.open_url(postgres.url)

    RUNNER.run(open_it())
    yield
    RUNNER.run(engine.close_database())
    RUNNER.close()


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
