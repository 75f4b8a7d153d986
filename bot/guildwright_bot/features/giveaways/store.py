"""Rows ↔ domain. Every function works in the caller's transaction."""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, cast

from guildwright.platform.database.engine import fetch
from guildwright_bot.features.giveaways.domain import ClaimState, Entry, Giveaway, PrizeClaim, State, Terms
from guildwright_bot.features.giveaways.tables import ClaimRow, CounterRow, DraftRow, EntryRow, GiveawayRow
from guildwright_bot.features.giveaways.terms import from_json, to_json

ACTIVE = (State.SCHEDULED, State.RUNNING, State.DRAWING, State.CLAIMING)
_LOCK_SPACE = 0x67697665  # "give"


async def lock_guild(guild_id: int) -> None:
    """Let one transaction at a time start giveaways in a guild, so that numbers and limits hold."""
    await fetch("SELECT pg_advisory_xact_lock($1, hashint8($2))", _LOCK_SPACE, guild_id)


async def next_number(guild_id: int) -> int:
    """The number of the guild's next giveaway, which no other will get."""
    [row] = await fetch(
        "INSERT INTO giveaway_counter (guild_id, last_number) VALUES ($1, 1) ON CONFLICT (guild_id) "
        "DO UPDATE SET last_number = giveaway_counter.last_number + 1 RETURNING last_number",
        guild_id,
    )
    return int(row["last_number"])


async def coming_number(guild_id: int) -> int:
    """The number that the guild's next giveaway gets if no other one is faster."""
    row = await CounterRow.select(CounterRow.last_number).where(CounterRow.guild_id == guild_id).first()
    return 1 + (row["last_number"] if row else 0)


async def count_active(guild_id: int) -> int:
    """How many giveaways are scheduled or run in the guild, or wait for claims."""
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
    """The guild's giveaway of that number, or which the message of that id is about."""
    if number_or_message >= 1 << 31:
        return await of_message(guild_id, number_or_message)
    by_number = GiveawayRow.number == number_or_message
    row = await GiveawayRow.select().where((GiveawayRow.guild_id == guild_id) & by_number).first()
    return _giveaway(row) if row else None


async def of_message(guild_id: int, message_id: int) -> Giveaway | None:
    """The guild's giveaway that a message is about: its own one, one that shows its list's hash, a winner message."""
    rows = await fetch(
        "SELECT * FROM giveaway WHERE guild_id = $1 AND id IN ("
        "SELECT id FROM giveaway WHERE message_id = $2 "
        "UNION ALL SELECT giveaway_id FROM giveaway_claim WHERE message_id = $2 "
        "UNION ALL SELECT giveaway_id FROM giveaway_draw WHERE message_id = $2)",
        guild_id,
        message_id,
    )
    return _giveaway(rows[0]) if rows else None


async def of_source(source_id: int) -> Giveaway | None:
    """The giveaway that this interaction or message already started."""
    row = await GiveawayRow.select().where(GiveawayRow.source_id == source_id).first()
    return _giveaway(row) if row else None


async def recent(guild_id: int, states: Iterable[State], limit: int = 1000, *, newest: bool = False) -> list[Giveaway]:
    """The guild's giveaways in these states, those that end first before the others; `newest`: the other way round."""
    asked, found = set(states), []
    for several in (asked & {*ACTIVE}, asked - {*ACTIVE}):  # each has an index in this order, both together have none
        if several:
            wanted = (GiveawayRow.guild_id == guild_id) & GiveawayRow.state.is_in([*several])
            ordered = GiveawayRow.select().where(wanted).order_by(GiveawayRow.ends_at, ascending=not newest)
            found += await ordered.limit(limit)
    found.sort(key=lambda row: row["ends_at"], reverse=newest)
    return [_giveaway(row) for row in found[:limit]]


async def page(guild_id: int, after: int, limit: int) -> list[Giveaway]:
    """The guild's next giveaways, by number; `after` is the last number of the page before, at first 0."""
    wanted = (GiveawayRow.guild_id == guild_id) & (GiveawayRow.number > after)
    rows = await GiveawayRow.select().where(wanted).order_by(GiveawayRow.number).limit(limit)
    return [_giveaway(row) for row in rows]


async def entry(giveaway_id: int, member_id: int) -> Entry | None:
    """A member's entry, also one that was taken back."""
    wanted = (EntryRow.giveaway_id == giveaway_id) & (EntryRow.member_id == member_id)
    row = await EntryRow.select().where(wanted).first()
    return _entry(row) if row else None


async def put_entry(giveaway: Giveaway, entry: Entry) -> Giveaway:
    """Keep a member's entry that was changed, and the count of entries; needs the giveaway's row locked."""
    counted = replace(giveaway, entries=giveaway.entries + (1 if entry.active else -1))
    await fetch(
        "WITH put AS (INSERT INTO giveaway_entry "
        "(giveaway_id, member_id, active, barred, interaction_id, role_ids, joined_at, level) "
        "VALUES ($1, $2, $3, '', $4, $5, $6, $7) ON CONFLICT (giveaway_id, member_id) "
        "DO UPDATE SET active = excluded.active, interaction_id = excluded.interaction_id, "
        "role_ids = excluded.role_ids, joined_at = excluded.joined_at, level = excluded.level) "
        "UPDATE giveaway SET entries = $8 WHERE id = $1",
        giveaway.id,
        entry.member_id,
        entry.active,
        entry.interaction_id,
        sorted(entry.role_ids),
        entry.joined_at,
        entry.level,
        counted.entries,
    )
    return counted


async def count_left(giveaway_id: int) -> int:
    """How many members had entered and left again."""
    [row] = await fetch(
        "SELECT count(*) AS members FROM giveaway_entry WHERE giveaway_id = $1 AND NOT active", giveaway_id
    )
    return int(row["members"])


async def page_of_entries(giveaway_id: int, after: int, limit: int) -> list[dict[str, Any]]:
    """The next members who are in the draw, by id, as rows; `after` is the last of the page before, at first 0."""
    return await fetch(
        "SELECT member_id, role_ids, joined_at, level FROM giveaway_entry "
        "WHERE giveaway_id = $1 AND member_id > $2 AND active ORDER BY member_id LIMIT $3",
        giveaway_id,
        after,
        limit,
    )


async def claims(giveaway_id: int) -> list[PrizeClaim]:
    """Every claim of every round, in the order of the draws."""
    rows = await ClaimRow.select().where(ClaimRow.giveaway_id == giveaway_id).order_by(ClaimRow.id)
    return [
        PrizeClaim(
            row["member_id"],
            row["round"],
            ClaimState(row["state"]),
            row["deadline"],
            row["message_id"],
            row["given_on"],
        )
        for row in rows
    ]


async def add_claims(giveaway_id: int, claims: Iterable[PrizeClaim]) -> None:
    """Keep new claims; that a member has one already is a fault, and nothing is overwritten."""
    for claim in claims:
        await fetch(
            "INSERT INTO giveaway_claim (giveaway_id, member_id, round, state, deadline, message_id, given_on) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7)",
            giveaway_id,
            claim.member_id,
            claim.round,
            claim.state.value,
            claim.deadline,
            claim.message_id,
            claim.given_on,
        )


async def put_claims(giveaway_id: int, claims: Iterable[PrizeClaim]) -> None:
    """Keep what became of claims."""
    for claim in claims:
        await fetch(
            "UPDATE giveaway_claim SET state = $3, deadline = $4, message_id = $5 "
            "WHERE giveaway_id = $1 AND member_id = $2",
            giveaway_id,
            claim.member_id,
            claim.state.value,
            claim.deadline,
            claim.message_id,
        )


async def erase(guild_id: int) -> int:
    """Forget everything about a guild's giveaways; how many they were."""
    ids: Collection[int] = [
        row["id"] for row in await GiveawayRow.select(GiveawayRow.id).where(GiveawayRow.guild_id == guild_id)
    ]
    await forget(ids)
    await DraftRow.delete().where(DraftRow.guild_id == guild_id)
    await CounterRow.delete().where(CounterRow.guild_id == guild_id)
    return len(ids)


async def forget(giveaway_ids: Collection[int]) -> None:
    """Delete giveaways with everything that hangs on them."""
    for table in ("giveaway_claim", "giveaway_entry", "giveaway_record", "giveaway_draw"):
        await fetch(f"DELETE FROM {table} WHERE giveaway_id = ANY($1)", list(giveaway_ids))  # noqa: S608  our own names
    await fetch("DELETE FROM giveaway WHERE id = ANY($1)", list(giveaway_ids))


_COLUMNS_OF_TERMS = ("prize", "winners", "duration")


def _columns(giveaway: Giveaway) -> dict[str, Any]:
    terms = to_json(giveaway.terms)
    return {
        "guild_id": giveaway.guild_id,
        "number": giveaway.number,
        "channel_id": giveaway.channel_id,
        "host_id": giveaway.host_id,
        "prize": terms["prize"],
        "winners": terms["winners"],
        "duration_seconds": terms["duration"],
        "required_role": None,
        "conditions": json.dumps({name: terms[name] for name in terms if name not in _COLUMNS_OF_TERMS}),
        "started_at": giveaway.started_at,
        "ends_at": giveaway.ends_at,
        "state": giveaway.state.value,
        "round": giveaway.round,
        "message_id": giveaway.message_id,
        "edits": giveaway.edits,
        "refreshed_at": giveaway.refreshed_at,
        "refresh_due": giveaway.refresh_due,
        "entries": giveaway.entries,
    }


def _terms(row: dict[str, Any]) -> Terms:
    kept = {"prize": row["prize"], "winners": row["winners"], "duration": row["duration_seconds"]}
    terms = from_json(json.loads(row["conditions"]) | kept)
    older = row["required_role"]
    return terms if older is None else replace(terms, required_roles=terms.required_roles | {older})


def _giveaway(row: dict[str, Any]) -> Giveaway:
    same = ("id", "number", "guild_id", "channel_id", "host_id", "started_at", "ends_at", "round")
    more = ("message_id", "edits", "refreshed_at", "refresh_due", "entries")
    return Giveaway(terms=_terms(row), state=State(row["state"]), **{name: row[name] for name in (*same, *more)})


def _entry(row: dict[str, Any]) -> Entry:
    roles = frozenset(row["role_ids"] or ())
    return Entry(row["member_id"], row["active"], row["interaction_id"], roles, row["joined_at"], row["level"])
