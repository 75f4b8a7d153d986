"""What must hold of giveaways whatever happens to them: looked at after each thing, and once more at the end."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from guildwright.platform.database.engine import fetch
from guildwright_bot.features.giveaways import draws, proof
from guildwright_bot.features.giveaways.domain import Giveaway, State
from guildwright_bot.features.giveaways.verify import verify
from tests.fakes.bot import CHANNEL
from tests.fakes.channels import FakeChannels
from tests.giveaways.conftest import Hall

ORDER = list(State)
RUNNER = asyncio.Runner()


@dataclass
class Seen:
    """What the machine remembers of one giveaway."""

    giveaway: Giveaway
    state: State = ORDER[0]
    ended: int | None = None  # the step at which it was first seen not to run any more
    rerolls: int = 0  # that its host asked for
    refilled: int = -1  # at which step the last of them was for all the prizes that nobody held
    winners: dict[int, int] = field(default_factory=dict)  # member → which draw
    claimed: set[int] = field(default_factory=set)
    won: dict[int, int] = field(default_factory=dict)  # winner → at which step that was first seen
    lost: dict[int, int] = field(default_factory=dict)  # and that their claim had expired or failed


class Promises(RuleBasedStateMachine):
    """The base of a machine that plays: it knows who may win since when, and looks."""

    hall: Hall
    discord: FakeChannels

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Seen] = []
        self.step = 0
        self.began = 0  # when the run that was just let go had begun
        self.out: dict[int, int] = {}  # member → since which step they may not win
        self.since: dict[int, int] = {}  # member → since which step they may
        self.drawn: set[int] = set()
        self.limits: list[tuple[int, int]] = [(0, 1)]  # since which step, and how often a prize is given on

    @staticmethod
    def _do[T](work: Coroutine[Any, Any, T]) -> T:
        return RUNNER.run(work)

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
        back = seen.state is State.CLOSED and now.state is State.CLAIMING and seen.rerolls
        assert back or ORDER.index(now.state) >= ORDER.index(seen.state), f"from {seen.state} to {now.state}"
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
        if first and seen.giveaway.id not in self.drawn:
            self.drawn.add(seen.giveaway.id)
            self._count_winners(seen, len(winners), now.terms.winners)
        seen.winners = winners
        for row in claims:
            seen.won.setdefault(row["member_id"], self.step)
            if row["state"] in ("expired", "failed"):
                seen.lost.setdefault(row["member_id"], self.step)
        states = {row["member_id"]: row["state"] for row in claims}
        lost = {member for member in seen.claimed if states[member] not in ("claimed", "revoked")}
        assert not lost, f"a prize that was claimed was taken back: {lost}"
        seen.claimed = {member for member, state in states.items() if state == "claimed"}
        held = [row for row in claims if row["state"] in ("open", "claimed")]
        assert len(held) <= now.terms.winners, "more prizes were given than there are"
        if now.state is State.CLOSED:
            assert all(row["state"] not in ("open", "failing") for row in claims), "closed while somebody may claim"

    def _entrants(self, seen: Seen) -> set[int]:
        sql = "SELECT member_id FROM giveaway_entry WHERE giveaway_id = $1 AND active"
        return {row["member_id"] for row in self._do(fetch(sql, seen.giveaway.id))}

    def _look_at_winners(self, seen: Seen, fresh: set[int]) -> None:
        assert fresh <= self._entrants(seen), "somebody won without having entered"
        excluded = {member for member in fresh if self.out.get(member, self.step + 1) < self.began}
        assert not excluded, f"won though excluded: {excluded}"

    def _count_winners(self, seen: Seen, winners: int, asked: int) -> None:
        """Those who could win all the time from the end to now surely count; those who could at times may."""
        assert winners <= asked
        since = min(self.began, seen.ended or self.step)
        sure = {m for m in self._entrants(seen) if m not in self.out and self.since.get(m, 0) < since}
        assert winners >= min(asked, len(sure)), f"{winners} winners of at least {len(sure)}"

    def _count_prizes(self, seen: Seen) -> None:
        """A prize is left over only if nobody is left, or it was given on as often as the config let it be."""
        now = self._do(self.hall.now(seen.giveaway))
        if now.state is State.DELETED:
            return
        asked = now.terms.winners
        claims = self._do(fetch("SELECT * FROM giveaway_claim WHERE giveaway_id = $1", seen.giveaway.id))
        held = sum(row["state"] in ("open", "claimed") for row in claims)
        stopped = sum(self._may_stop(seen, row) for row in claims)
        since = seen.ended or 0
        left = {
            m
            for m in self._entrants(seen)
            if m not in seen.winners and m not in self.out and self.since.get(m, 0) < since
        }
        assert held + stopped >= min(asked, held + len(left)), f"{held} of {asked} prizes are held, and {left} are left"

    def _may_stop(self, seen: Seen, claim: dict[str, Any]) -> bool:
        """Whether a prize was lost and went to nobody, by the limit, and no host asked for another winner since."""
        lost = seen.lost.get(claim["member_id"], -1)
        return lost > seen.refilled and claim["given_on"] >= self._least_limit(seen, claim["member_id"])

    def _least_limit(self, seen: Seen, member: int) -> int:
        """Of those that counted at any time between the win and the loss."""
        until = seen.lost[member]
        before = [limit for step, limit in self.limits if step <= seen.won[member]][-1]
        return min([before, *(limit for step, limit in self.limits if seen.won[member] < step <= until)])

    def _look_back(self, seen: Seen) -> None:
        now = self._do(self.hall.now(seen.giveaway))
        mine = [m for m in self.discord.messages if any(self._is_of(seen, name) for name in m.custom_ids)]
        if now.state is State.DELETED:
            left = [m.custom_ids for m in mine if not m.deleted]
            assert left == [], "messages of a deleted giveaway are left"
            return
        assert now.state is State.CLOSED, f"ends as {now.state}"
        self._count_prizes(seen)
        written = self._do(draws.file(now, ()))
        assert written is not None, "it has no record"
        wrong = [check for check in verify(proof.read(written[1])).checks if not check.ok]
        assert wrong == [], "its record does not match"
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
