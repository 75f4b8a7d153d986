"""Rows ↔ domain. Every function works in the caller's transaction."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from guildwright.platform.database.engine import fetch
from guildwright_bot.features.giveaways.domain import ClaimState, Entry, Giveaway, PrizeClaim, State, Terms
from guildwright_bot.features.giveaways.tables import ClaimRow, EntryRow, GiveawayRow

ACTIVE = (State.RUNNING, State.DRAWING, State.CLAIMING)
_LOCK_SPACE = 0x67697665  # "give"


async def lock_guild(guild_id: int) -> None:
    """Let one transaction at a time start giveaways in a guild, so that numbers and limits hold."""
    await fetch("SELECT pg_advisory_xact_lock($1, hashint8($2))", _LOCK_SPACE, guild_id)


async def next_number(guild_id: int) -> int:
    """The number of the guild's next giveaway; needs `lock_guild`."""
    return int(await GiveawayRow.count().where(GiveawayRow.guild_id == guild_id)) + 1


async def count_active(guild_id: int) -> int:
    """How many giveaways run in the guild or wait for claims."""
    wanted = (GiveawayRow.guild_id == guild_id) & GiveawayRow.state.is_in([*ACTIVE])
    return int(await GiveawayRow.count().where(wanted))


async def insert(giveaway: Giveaway, source_id: int) -> Giveaway:
    """Keep a new giveaway; the result has its id."""
    rows = await GiveawayRow.insert(GiveawayRow(source_id=source_id, **_columns(giveaway)))
    return replace(giveaway, id=rows[0]["id"])


async def save(giveaway: Giveaway) -> None:
    """Keep what became of a giveaway."""
    await GiveawayRow.update(cast("dict[Any, Any]", _columns(giveaway))).where(GiveawayRow.id == giveaway.id)


async def lock(giveaway_id: int) -> Giveaway | None:
    """The giveaway, which nobody else can change or read for change before this transaction ends."""
    rows = await GiveawayRow.select().where(GiveawayRow.id == giveaway_id).lock_rows("UPDATE")
    return _giveaway(rows[0]) if rows else None


async def get(giveaway_id: int) -> Giveaway | None:
    """The giveaway as it is now."""
    row = await GiveawayRow.select().where(GiveawayRow.id == giveaway_id).first()
    return _giveaway(row) if row else None


async def find(guild_id: int, number_or_message: int) -> Giveaway | None:
    """The guild's giveaway of that number, or whose message has that id."""
    column = GiveawayRow.number if number_or_message < 1 << 31 else GiveawayRow.message_id
    by_name = column == number_or_message
    row = await GiveawayRow.select().where((GiveawayRow.guild_id == guild_id) & by_name).first()
    return _giveaway(row) if row else None


async def of_source(source_id: int) -> Giveaway | None:
    """The giveaway that this interaction or message already started."""
    row = await GiveawayRow.select().where(GiveawayRow.source_id == source_id).first()
    return _giveaway(row) if row else None


async def recent(guild_id: int, states: Iterable[State], limit: int = 1000) -> list[Giveaway]:
    """The guild's giveaways in these states, those that end first before the others."""
    wanted = (GiveawayRow.guild_id == guild_id) & GiveawayRow.state.is_in([*states])
    rows = await GiveawayRow.select().where(wanted).order_by(GiveawayRow.ends_at).limit(limit)
    return [_giveaway(row) for row in rows]


async def entry(giveaway_id: int, member_id: int) -> Entry | None:
    """A member's entry, also one that was taken back."""
    wanted = (EntryRow.giveaway_id == giveaway_id) & (EntryRow.member_id == member_id)
    row = await EntryRow.select().where(wanted).first()
    return Entry(row["member_id"], row["active"], row["interaction_id"]) if row else None


async def put_entry(giveaway_id: int, entry: Entry) -> None:
    """Keep a member's entry."""
    await fetch(
        "INSERT INTO giveaway_entry (giveaway_id, member_id, active, barred, interaction_id) "
        "VALUES ($1, $2, $3, '', $4) ON CONFLICT (giveaway_id, member_id) "
        "DO UPDATE SET active = excluded.active, interaction_id = excluded.interaction_id",
        giveaway_id,
        entry.member_id,
        entry.active,
        entry.interaction_id,
    )


async def count_entries(giveaway_id: int) -> int:
    """How many members are in the draw."""
    return int(await EntryRow.count().where((EntryRow.giveaway_id == giveaway_id) & EntryRow.active.eq(True)))


async def entrants(giveaway_id: int) -> list[int]:
    """The members in the draw whom no draw has passed over."""
    rows = await fetch(
        "SELECT member_id FROM giveaway_entry WHERE giveaway_id = $1 AND active AND barred = ''", giveaway_id
    )
    return [row["member_id"] for row in rows]


async def bar(giveaway_id: int, reasons: dict[int, str]) -> None:
    """Keep why a draw passed members over, so that the next one need not ask again."""
    for member_id, reason in reasons.items():
        wanted = (EntryRow.giveaway_id == giveaway_id) & (EntryRow.member_id == member_id)
        await EntryRow.update({EntryRow.barred: reason[:64]}).where(wanted)


async def claims(giveaway_id: int) -> list[PrizeClaim]:
    """Every claim of every round, in the order of the draws."""
    rows = await ClaimRow.select().where(ClaimRow.giveaway_id == giveaway_id).order_by(ClaimRow.id)
    return [
        PrizeClaim(row["member_id"], row["round"], ClaimState(row["state"]), row["deadline"], row["message_id"])
        for row in rows
    ]


async def put_claims(giveaway_id: int, claims: Iterable[PrizeClaim]) -> None:
    """Keep claims, new or changed."""
    for claim in claims:
        await fetch(
            "INSERT INTO giveaway_claim (giveaway_id, member_id, round, state, deadline, message_id) "
            "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (giveaway_id, member_id) DO UPDATE "
            "SET state = excluded.state, deadline = excluded.deadline, message_id = excluded.message_id",
            giveaway_id,
            claim.member_id,
            claim.round,
            claim.state.value,
            claim.deadline,
            claim.message_id,
        )


async def erase(guild_id: int) -> int:
    """Forget everything about a guild's giveaways; how many they were."""
    ids: Collection[int] = [
        row["id"] for row in await GiveawayRow.select(GiveawayRow.id).where(GiveawayRow.guild_id == guild_id)
    ]
    if ids:
        await ClaimRow.delete().where(ClaimRow.giveaway_id.is_in([*ids]))
        await EntryRow.delete().where(EntryRow.giveaway_id.is_in([*ids]))
        await GiveawayRow.delete().where(GiveawayRow.guild_id == guild_id)
    return len(ids)


def _columns(giveaway: Giveaway) -> dict[str, Any]:
    return {
        "guild_id": giveaway.guild_id,
        "number": giveaway.number,
        "channel_id": giveaway.channel_id,
        "host_id": giveaway.host_id,
        "prize": giveaway.terms.prize,
        "winners": giveaway.terms.winners,
        "required_role": giveaway.terms.required_role,
        "duration_seconds": int(giveaway.terms.duration.total_seconds()),
        "started_at": giveaway.started_at,
        "ends_at": giveaway.ends_at,
        "state": giveaway.state.value,
        "round": giveaway.round,
        "message_id": giveaway.message_id,
        "edits": giveaway.edits,
        "refreshed_at": giveaway.refreshed_at,
        "refresh_due": giveaway.refresh_due,
    }


def _giveaway(row: dict[str, Any]) -> Giveaway:
    terms = Terms(row["prize"], row["winners"], timedelta(seconds=row["duration_seconds"]), row["required_role"])
    same = ("id", "number", "guild_id", "channel_id", "host_id", "started_at", "ends_at", "round")
    more = ("message_id", "edits", "refreshed_at", "refresh_due")
    return Giveaway(terms=terms, state=State(row["state"]), **{name: row[name] for name in (*same, *more)})
