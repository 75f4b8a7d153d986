"""The lives that giveaways lead in a chaos run, each told from outside: members who click until they are answered."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx

from tests.chaos.stage import Refused, Stage

EVERY = 0.25  # seconds between two looks
HEARD_WITHIN = 10.0
SETTLED_WITHIN = 240.0  # then it is stuck; who is killed again and again waits longer each time
_OVER = ("closed", "deleted")


@dataclass(frozen=True)
class Life:
    """What happens to one giveaway. `leavers` enter and leave the guild before the end."""

    name: str
    winners: int = 1
    entrants: tuple[str, ...] = ()
    leavers: int = 0
    claims: Literal["all", "none", "second"] = "all"
    early: bool = False
    deleted: Literal["", "running", "claiming"] = ""
    stranded: bool = False  # its channel is deleted while it runs
    starts_in: str = ""
    edited: int = 0  # so many winners its host wants instead, while it runs
    reroll: bool = False  # its host takes the prize from who won it
    elsewhere: bool = False  # in the guild without a document, so without a log channel

    @property
    def ends(self) -> bool:
        """Whether it is drawn and its winners told."""
        return not self.deleted and not self.stranded


LIVES = (
    Life("claimed", winners=2, entrants=("ana", "bo", "olive"), leavers=1),
    Life("few", winners=3, entrants=("ana",), leavers=1, early=True),
    Life("rerolled", entrants=("ana", "bo"), claims="second", early=True),
    Life("unclaimed", entrants=("ana",), claims="none", early=True),
    Life("nobody"),
    Life("revoked", entrants=("ana", "bo"), early=True, reroll=True),
    Life("scheduled", entrants=("ana", "bo"), starts_in="3s", edited=2),
    Life("deleted", entrants=("bo",), deleted="running"),
    Life("withdrawn", entrants=("bo",), deleted="claiming", early=True),
    Life("stranded", entrants=("ana",), stranded=True),
    Life("stranded elsewhere", entrants=("olive",), stranded=True, elsewhere=True),
)


@dataclass
class Round:
    """One giveaway of the run, and what is to befall it: `plan` names a step and an act, {} nothing."""

    number: int
    life: Life
    plan: dict[str, Any] = field(default_factory=dict)
    channel: str = ""
    giveaway: int = 0
    entered: dict[str, str] = field(default_factory=dict)  # names → ids
    left: dict[str, str] = field(default_factory=dict)
    struck: bool = False
    violations: list[str] = field(default_factory=list)
    lateness: float | None = None  # seconds from the due moment to the first message that says so

    @property
    def prize(self) -> str:
        """What tells its messages and jobs from those of other rounds."""
        return f"prize-{self.number:05}"

    def __str__(self) -> str:
        plan = self.plan
        what = f"{plan['act']} {plan['side']} {plan['kind']} {plan['file']}:{plan['line']}" if plan else "calm"
        return f"round {self.number} ({self.life.name}; {what})"


class Player:
    """Plays one round."""

    def __init__(self, stage: Stage, played: Round) -> None:
        self._stage = stage
        self._round = played
        self._life = played.life

    async def play(self) -> None:
        """From the command until nothing is left to happen."""
        stage, played = self._stage, self._round
        if played.plan:
            (stage.up.folder / "plans" / played.prize).write_text(json.dumps(played.plan))
        guild = stage.other_guild if self._life.elsewhere else stage.guild
        made = await patiently(
            lambda: stage.control("POST", f"/guilds/{guild}/channels", {"name": f"channel-{played.number}"})
        )
        played.channel = made["id"]
        await self._until(self._start)
        await self._until(self._panel)
        await self._enter()
        await self._end()
        await self._until(self._settled)
        played.struck = (stage.up.folder / "hits" / played.prize).exists()

    async def _until(self, look: Callable[[], Awaitable[object]]) -> None:
        async with asyncio.timeout(SETTLED_WITHIN):
            while not await patiently(look):  # noqa: ASYNC110  other processes make it so
                await asyncio.sleep(EVERY)

    async def _row(self) -> dict[str, Any] | None:
        rows = await self._stage.rows("SELECT * FROM giveaway WHERE prize = $1", self._round.prize)
        return rows[0] if rows else None

    async def _start(self) -> object:
        """The command is given again only where the one before was not heard."""
        if row := await self._row():
            self._round.giveaway = row["id"]
            return True
        options = {"prize": self._round.prize, "duration": "10s", "winners": self._life.winners}
        if self._life.starts_in:
            options["starts_in"] = self._life.starts_in
        await self._command("giveaway start", **options, channel=self._round.channel)
        # A command that was answered late may still be heard, and a second one would start a second giveaway.
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARD_WITHIN):
                while not await self._row():  # noqa: ASYNC110  another process makes it
                    await asyncio.sleep(EVERY)
        return False

    async def _command(self, command: str, **options: object) -> None:
        desk = self._stage.other_channel if self._life.elsewhere else self._stage.log
        body = {"user_id": self._stage.owner, "channel_id": desk, "command": command, "options": options}
        await self._stage.control("POST", "/commands", body)

    async def _messages(self) -> list[dict[str, Any]]:
        found = await self._stage.control("GET", f"/channels/{self._round.channel}/messages", limit=200)
        return list(found["messages"])

    async def _panel(self) -> dict[str, Any] | None:
        row = await self._row()
        if row is None or row["state"] in _OVER:
            return {}
        return next((m for m in await self._messages() if f"gw:giveaways:enter:{row['id']}" in custom_ids(m)), None)

    async def _enter(self) -> None:
        stage, played = self._stage, self._round
        people = {name: stage.members[name] for name in self._life.entrants}
        for number in range(self._life.leavers):
            name = f"leaver-{played.number}-{number}"
            joined = await patiently(
                lambda name=name: stage.control("POST", f"/guilds/{stage.guild}/members", {"name": name})
            )
            people[name] = played.left[name] = joined["user"]["id"]
        if not self._life.elsewhere:
            people["cy"] = stage.members["cy"]  # is blacklisted
        for name, user in people.items():
            if await self._click_in(user, tries=2 if name == "cy" else 8):
                played.entered[name] = user
        for user in played.left.values():
            await patiently(lambda user=user: stage.control("DELETE", f"/guilds/{stage.guild}/members/{user}"))

    async def _click_in(self, user: str, tries: int) -> bool:
        """Click until the entry is there; as often as that may be, or the giveaway is over."""
        wanted = "SELECT 1 FROM giveaway_entry WHERE giveaway_id = $1 AND member_id = $2 AND active"
        for _ in range(tries):
            if await self._stage.rows(wanted, self._round.giveaway, int(user)):
                return True
            panel = await patiently(self._panel)
            if not panel or not await self._click(user, panel, f"gw:giveaways:enter:{self._round.giveaway}"):
                break
        return bool(await self._stage.rows(wanted, self._round.giveaway, int(user)))

    async def _click(self, user: str, message: dict[str, Any], custom_id: str) -> bool:
        """Whether there was something to click on."""
        body = {"user_id": user, "message_id": message["id"], "custom_id": custom_id}
        try:
            await self._stage.control("POST", "/components", body)
        except (Refused, httpx.TransportError):
            return False
        return True

    async def _end(self) -> None:
        life, stage = self._life, self._stage
        if life.stranded:
            await patiently(lambda: stage.control("DELETE", f"/channels/{self._round.channel}/as/{stage.owner}"))
        if life.edited:
            await self._until(self._edit)
        if life.early:
            await self._until(lambda: self._order("giveaway end", "running"))
        if life.deleted == "running":
            await self._until(lambda: self._order("giveaway delete", "running", "drawing", "claiming", "closed"))
        if life.deleted == "claiming":
            await self._until(self._told)
            await self._until(lambda: self._order("giveaway delete", "running", "drawing", "claiming", "closed"))

    async def _edit(self) -> bool:
        row = await self._row()
        if row is None or row["state"] not in ("scheduled", "running") or row["winners"] == self._life.edited:
            return True
        await self._command("giveaway edit", giveaway=str(row["number"]), winners=self._life.edited)
        return False

    async def _order(self, command: str, *while_in: str) -> bool:
        row = await self._row()
        if row is None or row["state"] not in while_in:
            return True
        await self._command(command, giveaway=str(row["number"]))
        return False

    async def _told(self) -> bool:
        row = await self._row()
        return row is None or row["state"] in _OVER or bool(await self._claim_buttons())

    async def _claim_buttons(self) -> list[tuple[dict[str, Any], str, int]]:
        """Messages with a Claim button, its custom_id, and which draw it is about."""
        begin = f"gw:giveaways:claim:{self._round.giveaway}:"
        found = [] if self._life.stranded else await self._messages()
        buttons = [(m, name) for m in found for name in custom_ids(m) if name.startswith(begin)]
        return [(message, name, int(name.removeprefix(begin))) for message, name in buttons]

    async def _settled(self) -> bool:
        """Claim what is to be claimed; whether nothing is left to happen."""
        row = await self._row()
        if row is None:
            return False
        if row["state"] == "claiming" and self._life.claims != "none":
            await self._claim(from_round=1 if self._life.claims == "second" else 0)
        if self._life.reroll and row["state"] == "closed" and await self._revoke(row):
            return False
        return row["state"] in _OVER and not await self._stage.rows(
            "SELECT id FROM job WHERE state NOT IN ('done', 'dead') AND due < now() + interval '1 day' "
            "AND $1 IN (payload->>'giveaway', payload->>'giveaway_id') LIMIT 1",
            str(self._round.giveaway),
        )

    async def _revoke(self, row: dict[str, Any]) -> bool:
        """Whether there was a prize to take back."""
        claims = await self._stage.rows("SELECT * FROM giveaway_claim WHERE giveaway_id = $1", self._round.giveaway)
        if len(claims) != 1 or claims[0]["state"] != "claimed":
            return False
        await self._command("giveaway reroll", giveaway=str(row["number"]), winner=str(claims[0]["member_id"]))
        return True

    async def _claim(self, from_round: int) -> None:
        open_claims = await self._stage.rows(
            "SELECT member_id, round FROM giveaway_claim WHERE giveaway_id = $1 AND state = 'open' AND round >= $2",
            self._round.giveaway,
            from_round,
        )
        messages = {number: (message, name) for message, name, number in await self._claim_buttons()}
        for claim in open_claims:
            if claim["round"] in messages:
                await self._click(str(claim["member_id"]), *messages[claim["round"]])


def custom_ids(message: dict[str, Any]) -> list[str]:
    """Those of a message's components."""
    rows = message.get("components") or []
    return [part["custom_id"] for row in rows for part in row.get("components", []) if "custom_id" in part]


async def patiently[T](ask: Callable[[], Awaitable[T]]) -> T:
    """The answer, as soon as the local Discord is there to give one; what it refuses is asked again for a while."""
    refusals = 0
    while True:
        try:
            return await ask()
        except httpx.TransportError:
            await asyncio.sleep(EVERY)
        except Refused:
            refusals += 1
            if refusals > 20:  # about five seconds
                raise
            await asyncio.sleep(EVERY)
